/** The vendor's JavaScript client has no types. */
declare module 'splunk-sdk';

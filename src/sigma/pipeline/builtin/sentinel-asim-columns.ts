/**
 * Columns of the schemas of the Advanced Security Information Model that rules can be about
 * (https://learn.microsoft.com/azure/sentinel/normalization-about-schemas; tables of the same columns:
 * https://learn.microsoft.com/azure/azure-monitor/reference/tables/asimprocesseventlogs and its like), with the aliases
 * that the parsers give.
 */
import { names } from './kusto-table.ts';

const common = names(
  'AdditionalFields Dst Dvc DvcAction DvcDescription DvcDomain DvcDomainType DvcFQDN DvcHostname DvcId DvcIdType',
  'DvcInterface DvcIpAddr DvcMacAddr DvcOriginalAction DvcOs DvcOsVersion DvcScope DvcScopeId DvcZone EventCount',
  'EventEndTime EventMessage EventOriginalResultDetails EventOriginalSeverity EventOriginalSubType EventOriginalType',
  'EventOriginalUid EventOwner EventProduct EventProductVersion EventReportUrl EventResult EventResultDetails',
  'EventSchema EventSchemaVersion EventSeverity EventStartTime EventSubType EventType EventUid EventVendor Rule',
  'RuleName RuleNumber SourceSystem Src TenantId ThreatCategory ThreatConfidence ThreatField ThreatFirstReportedTime',
  'ThreatId ThreatIsActive ThreatLastReportedTime ThreatName ThreatOriginalConfidence ThreatOriginalRiskLevel',
  'ThreatRiskLevel TimeGenerated Type',
);

/** Every name of a list behind every prefix. */
function prefixed(prefixes: string, list: string): string[] {
  return names(prefixes).flatMap((prefix) => names(list).map((name) => prefix + name));
}

const actor = prefixed(
  'Actor',
  'OriginalUserType Scope ScopeId SessionId UserAadId UserId UserIdType UserSid UserType Username UsernameType',
);
const endpoint =
  'AppId AppName AppType Bytes Description DeviceType Domain DomainType DvcId DvcIdType DvcScope DvcScopeId FQDN ' +
  'GeoCity GeoCountry GeoLatitude GeoLongitude GeoRegion Hostname InterfaceGuid InterfaceName IpAddr MacAddr NatIpAddr ' +
  'NatPortNumber OriginalUserType Packets PortNumber ProcessGuid ProcessId ProcessName SubscriptionId UserId ' +
  'UserIdType UserScope UserScopeId UserType Username UsernameType VlanId Zone';
const network = names(
  'Duration Hostname InnerVlanId IpAddr NetworkApplicationProtocol NetworkBytes NetworkConnectionHistory',
  'NetworkDirection NetworkDuration NetworkIcmpCode NetworkIcmpType NetworkPackets NetworkProtocol',
  'NetworkProtocolVersion NetworkRuleName NetworkRuleNumber NetworkSessionId OuterVlanId SessionId User',
);
const image =
  'CommandLine CreationTime FileCompany FileDescription FileInternalName FileOriginalName FileProduct FileSize ' +
  'FileVersion Filename Guid IMPHASH Id InjectedAddress IntegrityLevel IsHidden MD5 Name SHA1 SHA256 SHA512 ' +
  'StatusCode TokenElevation';
const file = 'CreationTime Directory Extension MD5 MimeType Name Path PathType SHA1 SHA256 SHA512 Size';

export const asimColumns = {
  imProcessCreate: [
    ...common,
    ...actor,
    ...prefixed('Acting Parent Target', image.replaceAll(/(?<=^| )(?=\w)/g, 'Process')),
    ...prefixed(
      'Target',
      'OriginalUserType ProcessCurrentDirectory Scope ScopeId UserId UserIdType UserSessionGuid UserSessionId UserType',
    ),
    ...names('CommandLine Hash Process TargetUsername TargetUsernameType User'),
  ],
  imFileEvent: [
    ...common,
    ...actor,
    ...prefixed('ActingProcess', 'CommandLine Guid Id Name'),
    ...prefixed('SrcFile TargetFile', file),
    ...prefixed('Src', 'FQDN Hostname IpAddr PortNumber'),
    ...names(
      'CommandLine FileName FilePath Hash HashType HttpUserAgent NetworkApplicationProtocol Process TargetUrl User',
    ),
  ],
  imRegistry: [
    ...common,
    ...actor,
    ...prefixed('ActingProcess ParentProcess', 'CommandLine Guid Id Name'),
    ...prefixed(
      'Registry',
      'Key PreviousKey PreviousValue PreviousValueData PreviousValueType Value ValueData ValueType',
    ),
    ...names('Process User'),
  ],
  imNetworkSession: [
    ...common,
    ...network,
    ...prefixed('Dst Src', endpoint),
    ...prefixed('TcpFlags', 'Ack Fin Psh Rst Syn Urg'),
  ],
  imWebSession: [
    ...common,
    ...network,
    ...prefixed('Dst Src', endpoint),
    ...prefixed('File', 'ContentType MD5 Name SHA1 SHA256 SHA512 Size'),
    ...prefixed(
      'Http',
      'ContentFormat ContentType Cookie Host IsProxied Referrer RequestBodyBytes RequestCount RequestHeaderCount ' +
        'RequestMethod RequestTime RequestXff ResponseBodyBytes ResponseCacheControl ResponseExpires ResponseHeaderCount ' +
        'ResponseTime StatusCode UserAgent Version',
    ),
    ...names('Url UrlCategory UrlOriginal UserAgent'),
  ],
} as const;

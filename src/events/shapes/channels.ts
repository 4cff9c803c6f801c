/**
 * Channels by their usual spelling, and providers that write to one channel only. Some shippers lower-case the
 * channel or leave it out.
 */
import type { Value } from '../value.ts';

const byProvider: Record<string, string> = {
  'microsoft-windows-sysmon': 'Microsoft-Windows-Sysmon/Operational',
  'microsoft-windows-security-auditing': 'Security',
  powershell: 'Windows PowerShell',
};

const usual = new Map(
  ['Application', 'Security', 'Setup', 'System', 'Windows PowerShell']
    .concat(['Microsoft-Windows-Sysmon/Operational', 'Microsoft-Windows-PowerShell/Operational'])
    .concat(['Microsoft-Windows-Windows Defender/Operational', 'Microsoft-Windows-TaskScheduler/Operational'])
    .concat(['Microsoft-Windows-WMI-Activity/Operational', 'Microsoft-Windows-Bits-Client/Operational'])
    .map((name) => [name.toLowerCase(), name]),
);

/** The channel of a provider that has only one. */
export function channelOfProvider(provider: Value | undefined): string | undefined {
  if (typeof provider !== 'string') return undefined;
  const key = provider.toLowerCase();
  return Object.hasOwn(byProvider, key) ? byProvider[key] : undefined;
}

/** The usual spelling of a channel written in lower case only; undefined for any other. */
export function usualChannel(channel: Value | undefined): string | undefined {
  return typeof channel === 'string' && channel.length > 0 ? usual.get(channel) : undefined;
}

export function isSysmon(provider: Value | undefined): boolean {
  return typeof provider === 'string' && provider.toLowerCase() === 'microsoft-windows-sysmon';
}

/** Whether a release of NetBox is `first` or later, both as `4.10` or `4.10.3`: 4.10 is later than 4.9. */
export function isAtLeast(release: string, first: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  const [firstMajor = 0, firstMinor = 0] = first.split('.').map(Number);
  return major > firstMajor || (major === firstMajor && minor >= firstMinor);
}

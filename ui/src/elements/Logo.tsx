/** Logo: the going-round that gave Ambit its name, about the one thing that it bounds. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8.5" fill="#4656d0" />
      <path d="M16 7a9 9 0 1 0 9 9" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
      <circle cx="16" cy="16" r="3" fill="#fff" />
    </svg>
  )
}

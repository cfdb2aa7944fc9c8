/** Owns which domain of the data a table belongs to: the chapters of MODEL.md. */

export interface Domain {
  readonly title: string
  readonly tables: readonly string[]
}

export const DOMAINS: readonly Domain[] = [
  {
    title: 'Accounts and payments',
    tables: [
      'users',
      'listener_keys',
      'personal_fields',
      'plans',
      'plan_prices',
      'subscriptions',
      'subscription_members',
      'payment_methods',
      'payments',
      'refunds',
    ],
  },
  { title: 'Catalog', tables: ['artists', 'albums', 'tracks', 'renditions', 'track_popularity', 'catalog_captures'] },
  {
    title: 'Rights',
    tables: [
      'rights_holders',
      'track_rights',
      'works',
      'work_recordings',
      'contracts',
      'contract_versions',
      'contract_shares',
      'contract_tracks',
      'advances',
    ],
  },
  {
    title: 'Royalties',
    tables: [
      'royalty_streams',
      'accounting_months',
      'fx_rates',
      'royalty_runs',
      'royalty_pools',
      'royalty_lines',
      'royalty_withdrawals',
      'royalty_adjustments',
      'royalty_earnings',
      'artist_dues',
      'royalty_terms',
      'royalty_closes',
      'royalty_files',
    ],
  },
  {
    title: 'Ledger',
    tables: [
      'ledger_accounts',
      'ledger_transfers',
      'ledger_postings',
      'ledger_month_sums',
      'ledger_balances',
      'ledger_entries',
      'ledger_month_totals',
      'bank_files',
      'bank_entries',
    ],
  },
  {
    title: 'Social',
    tables: [
      'playlists',
      'playlist_members',
      'playlist_tracks',
      'playlist_edits',
      'shared_playlists',
      'follows',
      'blocked_artists',
      'dismissed_tracks',
    ],
  },
  {
    title: 'Advertising',
    tables: [
      'advertisers',
      'campaigns',
      'creatives',
      'creative_renditions',
      'campaign_days',
      'impressions',
      'withheld_ads',
    ],
  },
  {
    title: 'Accounts that look shared',
    tables: ['sharing_states', 'sharing_cases', 'sharing_case_history', 'sharing_nudges', 'shared_looking_accounts'],
  },
  {
    title: 'Governance and housekeeping',
    tables: ['audit_log', 'audit_links', 'least_ages', 'erasures', 'job_runs', 'kafka_offsets', 'schema_version'],
  },
]

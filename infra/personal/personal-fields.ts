/** Owns the table of personal fields: what names a listener, and is sealed by his key. */

export const PERSONAL_FIELDS = {
  display_name: { most: 200 },
  email: { most: 254 },
} as const satisfies Record<string, { readonly most: number }>

export type PersonalField = keyof typeof PERSONAL_FIELDS
export type PersonalFields = Readonly<Partial<Record<PersonalField, string>>>

/** What a sealed value is bound to: in another row or field it does not open. */
export const aboutField = (userId: string, field: PersonalField): string => `${field} of ${userId}`

export const aboutKey = (userId: string): string => `the listener ${userId}`

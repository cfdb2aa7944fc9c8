/** Owns making elements: tag, class, attributes, handlers and children in one call, text never read as markup. */

export interface ElementFields {
  readonly class?: string
  readonly text?: string
  readonly attributes?: Readonly<Record<string, string>>
  readonly on?: { readonly [Kind in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Kind]) => void }
}

export type Child = Node | string

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  fields: ElementFields = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  if (fields.class !== undefined) made.className = fields.class
  if (fields.text !== undefined) made.textContent = fields.text
  for (const [name, value] of Object.entries(fields.attributes ?? {})) made.setAttribute(name, value)
  for (const [kind, handler] of Object.entries(fields.on ?? {})) made.addEventListener(kind, handler as EventListener)
  made.append(...children)
  return made
}

const SVG = 'http://www.w3.org/2000/svg'

/** An SVG element; drawings are decoration here, and hidden from screen readers. */
export function drawing(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly Node[]
): SVGElement {
  const made = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value))
  if (tag === 'svg') made.setAttribute('aria-hidden', 'true')
  made.append(...children)
  return made
}

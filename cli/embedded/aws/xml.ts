export type XmlChild = readonly [name: string, content: string | readonly XmlChild[]]

/** An XML document as S3 answers it: the elements in the order given, all text escaped. */
export const xmlDocument = (root: string, children: readonly XmlChild[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${element([root, children])}`

const element = ([name, content]: XmlChild): string =>
  `<${name}>${typeof content === 'string' ? escaped(content) : content.map(element).join('')}</${name}>`

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
}

const escaped = (text: string): string => text.replace(/[&<>"\r]/g, character => entities[character] ?? character)

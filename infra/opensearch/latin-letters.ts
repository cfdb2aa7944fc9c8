/** Owns words of other scripts in Latin letters: who has no keyboard for them types how they sound. */

const KOREAN_BASE = 0xac00
const KOREAN_LAST = 0xd7a3
const INITIALS = 'g kk n d tt r m b pp s ss  j jj ch k t p h'.split(' ')
const VOWELS = 'a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i'.split(' ')
const FINALS = ' k k k n n n t l k m l l l p l m p p t t ng t t k t p t'.split(' ')
const VOWELS_OF_A_SYLLABLE = VOWELS.length * FINALS.length

const pairs = (text: string): readonly (readonly [string, string])[] =>
  text.split(' ').map((pair) => {
    const [letters = '', sound = ''] = pair.split(':')
    return [letters, sound]
  })

const CYRILLIC = pairs(
  'а:a б:b в:v г:g ґ:g д:d е:e ё:yo є:ye ж:zh з:z и:i і:i ї:yi й:y к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ў:u ф:f х:kh ц:ts ч:ch ш:sh щ:shch ъ: ы:y ь: э:e ю:yu я:ya ђ:dj ј:j љ:lj њ:nj ћ:c џ:dz',
)
const GREEK = pairs(
  'ου:ou αυ:av ευ:ev μπ:b ντ:d γγ:ng γκ:g α:a β:v γ:g δ:d ε:e ζ:z η:i θ:th ι:i κ:k λ:l μ:m ν:n ξ:x ο:o π:p ρ:r σ:s ς:s τ:t υ:y φ:f χ:ch ψ:ps ω:o',
)
const KANA = pairs(
  'きゃ:kya きゅ:kyu きょ:kyo しゃ:sha しゅ:shu しょ:sho ちゃ:cha ちゅ:chu ちょ:cho にゃ:nya にゅ:nyu にょ:nyo ひゃ:hya ひゅ:hyu ひょ:hyo みゃ:mya みゅ:myu みょ:myo りゃ:rya りゅ:ryu りょ:ryo ぎゃ:gya ぎゅ:gyu ぎょ:gyo じゃ:ja じゅ:ju じょ:jo あ:a い:i う:u え:e お:o か:ka き:ki く:ku け:ke こ:ko さ:sa し:shi す:su せ:se そ:so た:ta ち:chi つ:tsu て:te と:to な:na に:ni ぬ:nu ね:ne の:no は:ha ひ:hi ふ:fu へ:he ほ:ho ま:ma み:mi む:mu め:me も:mo や:ya ゆ:yu よ:yo ら:ra り:ri る:ru れ:re ろ:ro わ:wa を:o ん:n が:ga ぎ:gi ぐ:gu げ:ge ご:go ざ:za じ:ji ず:zu ぜ:ze ぞ:zo だ:da ぢ:ji づ:zu で:de ど:do ば:ba び:bi ぶ:bu べ:be ぼ:bo ぱ:pa ぴ:pi ぷ:pu ぺ:pe ぽ:po ぁ:a ぃ:i ぅ:u ぇ:e ぉ:o っ: ー:',
)
const SOUNDS = new Map([...CYRILLIC, ...GREEK, ...KANA])
const FOREIGN = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]/u

/** `text` with what is known of other scripts in Latin letters; undefined when nothing of it is in one. */
export function inLatinLetters(text: string): string | undefined {
  if (!FOREIGN.test(text)) return undefined
  // Katakana is hiragana, 96 places on; accents of Greek fall away, the marks of kana stay.
  const plain = text
    .toLowerCase()
    .replace(/[\u30a1-\u30f6]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 96))
    .replace(/\p{Script=Greek}/gu, (letter) => letter.normalize('NFD').charAt(0))
  let latin = ''
  for (let at = 0; at < plain.length; ) {
    const two = SOUNDS.get(plain.slice(at, at + 2))
    if (two !== undefined) latin += two
    else latin += SOUNDS.get(plain.charAt(at)) ?? korean(plain.charCodeAt(at)) ?? plain.charAt(at)
    at += two === undefined ? 1 : 2
  }
  return latin
}

function korean(code: number): string | undefined {
  if (code < KOREAN_BASE || code > KOREAN_LAST) return undefined
  const place = code - KOREAN_BASE
  const initial = INITIALS[Math.floor(place / VOWELS_OF_A_SYLLABLE)]
  const vowel = VOWELS[Math.floor((place % VOWELS_OF_A_SYLLABLE) / FINALS.length)]
  return `${initial}${vowel}${FINALS[place % FINALS.length]}`
}

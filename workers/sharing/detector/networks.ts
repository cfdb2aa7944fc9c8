/** Owns what is known of networks by their number (ASN). Where it knows nothing, behaviour tells. */

/**
 * `hosting`: servers, and so VPNs: where it claims to be says nothing of the listener.
 * `relay`: private relays of browsers and systems, likewise.
 * `mobile`: phones on the move, many behind one address, placed where their traffic leaves the network.
 */
export const NETWORK_KINDS = ['mobile', 'relay', 'hosting'] as const
export type NetworkKind = (typeof NETWORK_KINDS)[number]

/** Networks that only or nearly only do this, by their public registrations. */
const NETWORKS: Readonly<Record<NetworkKind, readonly number[]>> = {
  hosting: [
    // Clouds: Amazon, Google, Microsoft, Oracle, Alibaba, Tencent, IBM.
    14618, 16509, 15169, 396982, 8075, 31898, 37963, 45102, 45090, 132203, 36351,
    // Servers by the hour: DigitalOcean, Linode, Vultr, OVH, Hetzner, Scaleway, Contabo, Leaseweb, netcup, IONOS.
    14061, 63949, 20473, 16276, 24940, 213230, 12876, 40021, 51167, 28753, 30633, 60781, 59253, 197540, 8560,
    // Those that VPNs rent from: M247, Datacamp, Tzulo, QuadraNet, ColoCrossing, Clouvider, xTom, GCore, WorldStream, Zenlayer.
    9009,
    60068, 212238, 11878, 8100, 36352, 62240, 3214, 9312, 199524, 49981, 21859, 53667, 46562, 33438, 29066,
    // VPNs by name: Tefincom, Packethub, Proton, Mullvad's 31173, Private Layer, IPVanish's, Datapacket's.
    136787, 147049, 207137, 62371, 209103, 39351, 51852, 174507, 198605, 25369, 43350, 44477,
  ],
  relay: [13335, 36183, 54113, 20940, 16625],
  mobile: [
    // United States, Canada
    21928, 22394, 6167, 20057, 812, 10507,
    // Europe: Vodafone, Telefónica, EE, Three, Free Mobile, Bouygues, TIM, Wind, Telia, Play, T-Mobile.
    25135, 12576, 206067, 51207, 21502, 16232, 30722, 24608, 39603, 12912, 43447, 29518, 44034, 12430, 6805,
    // Asia, Australia, South America, Africa
    55836, 45609, 38266, 9605, 17676, 2516, 4804, 133612, 26615, 26599, 22085, 36994, 29465, 37075,
  ],
}

const KIND_OF = new Map<number, NetworkKind>()
for (const kind of NETWORK_KINDS) for (const asn of NETWORKS[kind]) KIND_OF.set(asn, kind)

/** Answers what a network is; undefined for the ordinary and the unknown. Another table may be put in its place. */
export type KindOfNetwork = (asn: number | undefined) => NetworkKind | undefined

export const knownNetworks: KindOfNetwork = (asn) => (asn === undefined ? undefined : KIND_OF.get(asn))

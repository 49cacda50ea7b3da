package org.vhostdp.spi;

/**
 * Offload metadata of a frame: bits of {@link Burst#flags}, and the packed word of {@link
 * Burst#offload}. The same in both directions. The bits up to {@link #GSO_ECN} double as the names
 * of offloads in {@link Capabilities} and {@link PortSettings}.
 *
 * <p>The packed word holds four 16-bit numbers, lowest first: checksum start (bytes from the
 * frame's first), checksum offset (bytes from checksum start to the 16-bit field), GSO size
 * (payload bytes of each segment), header length (bytes up to the payload; 0 if unknown). It has
 * meaning only with {@link #CSUM_PARTIAL} or a GSO bit.
 *
 * <p><b>OFF-1</b> An offload that is not in the capabilities (towards the driver) or the settings
 * (from the driver) is not used; a frame that uses one is refused with {@link Burst#BAD_OFFLOAD}.
 *
 * <p><b>OFF-2</b> A GSO bit comes with {@link #CSUM_PARTIAL}: each segment's checksum is made when
 * it is cut. <b>OFF-3</b> Header length is a hint; 0 means unknown. Checksum start and offset that
 * do not lie in the frame, and a GSO size of 0, are refused with {@link Burst#BAD_OFFLOAD}.
 *
 * <ul>
 *   <li><b>OFF-4</b> A frame sent with {@link #CSUM_PARTIAL} reaches the wire with its checksum
 *       completed, or passed on open where the far end takes it so.
 *   <li><b>OFF-5</b> {@link #CSUM_VALID} is never set on a received frame whose checksum is wrong.
 *   <li><b>OFF-6</b> A UDP checksum that is computed to be zero is written as 0xffff; a zero, which
 *       means that there is none, stays zero.
 *   <li><b>OFF-7</b> TCP segments cut from a frame carry its payload in order, none of them more
 *       than GSO size, with headers and checksums that fit.
 *   <li><b>OFF-8</b> UDP datagrams cut from a frame carry its payload in order, GSO size bytes
 *       each, the last what is left, with headers and checksums that fit.
 *   <li><b>OFF-9</b> The headers and numbers of a received frame with a GSO bit fit the whole
 *       frame, and its payload is that of the wire.
 *   <li><b>OFF-10</b> A frame sent with {@link #VLAN} has its tag behind the addresses on the wire.
 *   <li><b>OFF-11</b> The tag of a received frame stands in its bytes or, if the settings name
 *       {@link #VLAN}, in {@link Burst#vlan} instead.
 *   <li><b>OFF-12</b> Of two tags only the outer one is ever put in or taken out; the inner one
 *       stays in the bytes.
 *   <li><b>OFF-13</b> With {@link #HASH} in the settings frames may come with a flow hash: its type
 *       is one of {@link Steering}'s, and frames of one flow have the same.
 * </ul>
 */
public final class Offload {
  /** The frame goes on in the next entry. */
  public static final int MORE = 1;

  /**
   * The checksum from checksum start to the frame's end is not computed; its field holds the
   * pseudo-header sum. Offload name: the receiver of the frame computes checksums.
   */
  public static final int CSUM_PARTIAL = 1 << 1;

  /** Somebody trustworthy has validated the transport checksum. */
  public static final int CSUM_VALID = 1 << 2;

  /** To be cut into TCP segments over IPv4, or coalesced from such. */
  public static final int GSO_TCP4 = 1 << 3;

  /** To be cut into TCP segments over IPv6, or coalesced from such. */
  public static final int GSO_TCP6 = 1 << 4;

  /** One UDP datagram, to be cut into IP fragments (UFO). */
  public static final int GSO_UFO = 1 << 5;

  /** UDP datagrams of GSO size each (USO). */
  public static final int GSO_USO = 1 << 6;

  /** With a TCP GSO bit: the first segment carries CWR. */
  public static final int GSO_ECN = 1 << 7;

  /** {@link Burst#vlan} holds a tag (TCI) that is not in the bytes. */
  public static final int VLAN = 1 << 8;

  /** {@link Burst#hash} holds the flow hash, {@link Burst#hashType} its kind. */
  public static final int HASH = 1 << 9;

  /** {@link Burst#timestamp} holds nanoseconds of the device's clock. */
  public static final int TIMESTAMP = 1 << 10;

  /** Every GSO kind. */
  public static final int GSO_ANY = GSO_TCP4 | GSO_TCP6 | GSO_UFO | GSO_USO;

  /** Every bit this SPI version knows. */
  public static final int KNOWN = (1 << 11) - 1;

  private Offload() {}

  /** Packs the four numbers; each is cut to 16 bits. */
  public static long pack(int csumStart, int csumOffset, int gsoSize, int headerLength) {
    return (csumStart & 0xFFFFL)
        | (csumOffset & 0xFFFFL) << 16
        | (gsoSize & 0xFFFFL) << 32
        | (headerLength & 0xFFFFL) << 48;
  }

  /** Bytes from the frame's first to where the checksum begins. */
  public static int csumStart(long packed) {
    return (int) packed & 0xFFFF;
  }

  /** Bytes from checksum start to the 16-bit checksum field. */
  public static int csumOffset(long packed) {
    return (int) (packed >>> 16) & 0xFFFF;
  }

  /** Payload bytes of each segment. */
  public static int gsoSize(long packed) {
    return (int) (packed >>> 32) & 0xFFFF;
  }

  /** Bytes up to the payload; 0 if unknown. */
  public static int headerLength(long packed) {
    return (int) (packed >>> 48) & 0xFFFF;
  }
}

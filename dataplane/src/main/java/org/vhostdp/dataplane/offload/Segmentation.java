package org.vhostdp.dataplane.offload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import org.vhostdp.spi.Offload;

/**
 * Cuts one large frame into frames of at most a segment's payload each, complete with checksums:
 * TCP over IPv4 and IPv6, and UDP datagrams (USO) over both.
 *
 * <p>As Linux does it: IPv4 identifications count up, sequence numbers follow the payload, FIN and
 * PSH stay on the last frame only, CWR on the first only, with {@link Offload#GSO_ECN} or without.
 * The length in the IP header is not looked at, the frame's own length counts. The checksum field
 * holds the sum of the pseudo-header, as {@link Offload#CSUM_PARTIAL} has it, so that routes and
 * home addresses in extension headers need no care here.
 *
 * <p>Use: {@link #plan}, then {@link #emit} of each frame to wherever it goes, in any order and at
 * any time before the next plan. Or, where all go to one place: {@link #into} where, {@link #cut},
 * {@link #length} of each. One thread at a time; no call but the constructor allocates.
 */
public final class Segmentation {
  /** Refused: a header ends behind the frame, or behind the first 256 bytes. */
  public static final int TRUNCATED = -1;

  /** Refused: not the protocols that the offload names, or a header that contradicts itself. */
  public static final int UNKNOWN = -2;

  /** Refused: a fragment of a packet. */
  public static final int FRAGMENTED = -3;

  /** Refused: no payload bytes for each segment, or too many for IP. */
  public static final int BAD_SIZE = -4;

  /** Refused: more frames, or longer ones, than there is room for. */
  public static final int NO_ROOM = -5;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** Most bytes of an IP packet, and most that an IPv6 header counts behind itself. */
  private static final int MOST = 65_535;

  private static final int IPV6_BYTES = 40;

  /** Bits of the 16 with data offset and flags in a TCP header. */
  private static final int CWR = 0x80;

  private static final int PSH = 0x08;
  private static final int FIN = 0x01;

  private final FrameHeaders headers = new FrameHeaders();

  private MemorySegment out = MemorySegment.NULL;
  private long outAt;
  private int stride;
  private int room;

  /** Payload of each frame but the last, and of the last; frames of the last cut. */
  private int size;

  private int lastSize;
  private int frames;

  /** What all frames of a cut have in common. */
  private int ipSum;

  private int transportSum;
  private int id;
  private int sequence;
  private int bits;

  /** Nothing is cut before {@link #into} was called. */
  public Segmentation() {}

  /**
   * Where the frames go: frame i begins {@code i * stride} bytes behind {@code at}. The memory
   * stays the caller's and must not overlap that of the frames that are cut.
   *
   * @param stride bytes between the beginnings of two frames, which is the most a frame may have
   * @param count most frames
   * @throws IndexOutOfBoundsException if they do not lie in the segment
   */
  public void into(MemorySegment memory, long at, int stride, int count) {
    Objects.checkIndex(0, stride);
    Objects.checkFromIndexSize(at, (long) stride * count, memory.byteSize());
    out = memory;
    outAt = at;
    this.stride = stride;
    room = count;
  }

  /**
   * Cuts a frame.
   *
   * @param frame where it lies, in one piece; may be memory that others write
   * @param at offset of its first byte
   * @param bytes of the frame, headers included
   * @param offloads its bits of {@link Offload}: one of TCP4, TCP6, USO counts
   * @param gsoSize most payload bytes of each segment
   * @return how many frames it became, 1 or more; or a reason why not, negative, and nothing of the
   *     output counts
   */
  public int cut(MemorySegment frame, long at, int bytes, int offloads, int gsoSize) {
    int n = plan(frame, at, bytes, offloads, gsoSize, stride);
    if (n > room) {
      frames = 0;
      return NO_ROOM;
    }
    for (int i = 0; i < n; i++) {
      emit(i, frame, at, out, outAt + (long) i * stride);
    }
    return n;
  }

  /**
   * Reads the headers of a frame and plans its cut.
   *
   * @param frame where it lies, in one piece; may be memory that others write
   * @param at offset of its first byte
   * @param bytes of the frame, headers included
   * @param offloads its bits of {@link Offload}: one of TCP4, TCP6, USO counts
   * @param gsoSize most payload bytes of each segment
   * @param mostFrame most bytes of a frame that comes of it, headers included
   * @return how many frames it will become, 1 or more; or a reason why not, negative
   */
  public int plan(
      MemorySegment frame, long at, int bytes, int offloads, int gsoSize, int mostFrame) {
    frames = 0;
    if (bytes < 0 || at < 0 || at > frame.byteSize() - bytes) {
      return TRUNCATED;
    }
    int wrong = headers.read(frame, at, bytes);
    if (wrong == 0 && !asked(offloads)) {
      wrong = UNKNOWN;
    }
    if (wrong == 0) {
      wrong = divide(bytes, gsoSize, mostFrame);
    }
    if (wrong != 0) {
      return wrong;
    }
    prepare(bytes);
    return frames;
  }

  /** Whether the planned frame's checksum numbers are those of its headers. */
  boolean sums(int csumStart, int csumOffset) {
    int field = headers.protocol() == FrameHeaders.TCP ? 16 : 6;
    return csumStart == headers.transport() && csumOffset == field;
  }

  /**
   * Writes one frame of the plan.
   *
   * @param i its number, from 0
   * @param frame where the large frame lies now: its payload is that of the plan
   * @param at offset of its first byte
   * @param to where the frame goes; does not overlap the large one
   * @param toAt offset of its first byte; {@link #length} bytes fit behind it
   * @return its bytes
   */
  public int emit(int i, MemorySegment frame, long at, MemorySegment to, long toAt) {
    int part = Objects.checkIndex(i, frames) == frames - 1 ? lastSize : size;
    int from = headers.payload();
    MemorySegment.copy(headers.copy, 0, to, toAt, from);
    MemorySegment.copy(frame, at + from + (long) i * size, to, toAt + from, part);
    finish(to, toAt, i, part);
    return from + part;
  }

  /** Bytes of a frame of the last plan or cut. */
  public int length(int i) {
    Objects.checkIndex(i, frames);
    return headers.payload() + (i == frames - 1 ? lastSize : size);
  }

  /** Whether the headers are of the kind that the offload names. */
  private boolean asked(int offloads) {
    int tcp = headers.version6() ? Offload.GSO_TCP6 : Offload.GSO_TCP4;
    int kind = headers.protocol() == FrameHeaders.TCP ? tcp : Offload.GSO_USO;
    return (offloads & Offload.GSO_ANY) == kind;
  }

  private int divide(int bytes, int gsoSize, int mostFrame) {
    int payload = bytes - headers.payload();
    if (gsoSize <= 0) {
      return BAD_SIZE;
    }
    int part = Math.min(gsoSize, payload);
    int counted = headers.ip() + (headers.version6() ? IPV6_BYTES : 0);
    if (headers.payload() + part - counted > MOST) {
      return BAD_SIZE;
    }
    int n = part == 0 ? 1 : (payload - 1) / part + 1;
    if (headers.payload() + part > mostFrame) {
      return NO_ROOM;
    }
    size = part;
    lastSize = payload - (n - 1) * part;
    frames = n;
    return 0;
  }

  /** Clears in the copied headers what differs from frame to frame, and sums up the rest. */
  private void prepare(int bytes) {
    MemorySegment copy = headers.copy;
    int ip = headers.ip();
    int transport = headers.transport();
    if (!headers.version6()) {
      id = Short.toUnsignedInt(copy.get(SHORT, ip + 4));
      copy.set(INT, ip + 2, 0);
      copy.set(SHORT, ip + 10, (short) 0);
      ipSum = InternetChecksum.sum(copy, ip, transport - ip);
    }
    boolean tcp = headers.protocol() == FrameHeaders.TCP;
    int field = transport + (tcp ? 16 : 6);
    // The pseudo-header of the whole; each frame adds its own length.
    long sum = Short.toUnsignedLong(copy.get(SHORT, field));
    sum += InternetChecksum.minus(InternetChecksum.fold(bytes - transport));
    copy.set(SHORT, field, (short) 0);
    if (tcp) {
      sequence = copy.get(INT, transport + 4);
      bits = Short.toUnsignedInt(copy.get(SHORT, transport + 12));
      copy.set(INT, transport + 4, 0);
      copy.set(SHORT, transport + 12, (short) 0);
    } else {
      copy.set(SHORT, transport + 4, (short) 0);
    }
    sum += InternetChecksum.sum(copy, transport, headers.payload() - transport);
    transportSum = InternetChecksum.fold(sum);
  }

  /** Writes what is particular to frame i. */
  private void finish(MemorySegment out, long to, int i, int part) {
    int ip = headers.ip();
    int transport = headers.transport();
    int end = headers.payload() + part;
    if (headers.version6()) {
      out.set(SHORT, to + ip + 4, (short) (end - ip - IPV6_BYTES));
    } else {
      int number = id + i & 0xFFFF;
      out.set(INT, to + ip + 2, end - ip << 16 | number);
      int sum = InternetChecksum.fold((long) ipSum + (end - ip) + number);
      out.set(SHORT, to + ip + 10, (short) InternetChecksum.checksum(sum));
    }
    long sum = transportSum + (end - transport);
    sum += InternetChecksum.sum(out, to + headers.payload(), part);
    if (headers.protocol() == FrameHeaders.TCP) {
      finishTcp(out, to + transport, i, sum);
    } else {
      int length = end - transport;
      out.set(SHORT, to + transport + 4, (short) length);
      int whole = InternetChecksum.fold(sum + length);
      out.set(SHORT, to + transport + 6, (short) InternetChecksum.checksumOfUdp(whole));
    }
  }

  private void finishTcp(MemorySegment out, long tcp, int i, long sum) {
    int number = sequence + i * size;
    int mine = bits & ~(i == 0 ? 0 : CWR) & ~(i == frames - 1 ? 0 : FIN | PSH);
    out.set(INT, tcp + 4, number);
    out.set(SHORT, tcp + 12, (short) mine);
    int whole = InternetChecksum.fold(sum + mine + (number >>> 16) + (number & 0xFFFF));
    out.set(SHORT, tcp + 16, (short) InternetChecksum.checksum(whole));
  }
}

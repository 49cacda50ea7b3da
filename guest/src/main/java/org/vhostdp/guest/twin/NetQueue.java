package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;
import org.vhostdp.linux.LinuxException;

/**
 * One queue pair of the virtio-net driver. One thread at a time; transmit and receive allocate
 * nothing. Frames are whole Ethernet frames without FCS; lengths in bytes.
 */
public final class NetQueue {
  /** No frame is longer: a 64 KiB IP packet with Ethernet and VLAN headers. */
  public static final int LARGEST_FRAME = 65562;

  private final Virtqueue receiveQueue;
  private final Virtqueue transmitQueue;
  private final ReceiveSide receive;
  private final TransmitSide transmit;
  private final NetHeader discarded = new NetHeader();

  NetQueue(
      TwinMemory memory,
      Virtqueue receive,
      Virtqueue transmit,
      long features,
      TwinOptions options) {
    this.receiveQueue = receive;
    this.transmitQueue = transmit;
    this.receive = new ReceiveSide(memory, receive, features, options.bufferBytes());
    this.transmit =
        new TransmitSide(memory, transmit, features, options.bufferBytes(), options.framing());
  }

  static long memoryBytes(long features, int ringSize, int bufferBytes) {
    return ReceiveSide.memoryBytes(features, ringSize, bufferBytes)
        + TransmitSide.memoryBytes(features, ringSize, bufferBytes);
  }

  void start() {
    receive.fill();
    transmit.start();
  }

  /**
   * Copies a frame into a free buffer and adds it to the ring. It is published with a batch of 32,
   * or by {@link #flush}.
   *
   * @param length at most 9216 bytes, or {@link #LARGEST_FRAME} where the device segments
   * @param header null for a plain frame
   * @return false when ring or buffers are full
   */
  public boolean transmit(MemorySegment frame, long offset, int length, NetHeader header) {
    return transmit.transmit(frame, offset, length, header);
  }

  /** Publishes frames and buffers added so far, and kicks as the device wishes. */
  public void flush() {
    transmit.flush();
    receive.flush();
  }

  /** Takes back buffers the device has sent; how many. */
  public int reclaim() {
    return transmit.reclaim();
  }

  /**
   * Writes one frame into every transmit buffer, for {@link #repeat}. No frame may be in flight.
   */
  public void preload(MemorySegment frame, int length, NetHeader header) {
    if (transmitQueue.ring().inFlight() != 0) {
      throw new IllegalStateException("frames are in flight");
    }
    transmit.preload(frame, length, header);
  }

  /** Sends preloaded frames again without copying, at most {@code max}; how many. */
  public int repeat(int length, int max) {
    return transmit.repeat(length, max);
  }

  /**
   * Takes one received frame, merged from its buffers, and gives the buffers back.
   *
   * @param into holds {@link #LARGEST_FRAME} bytes behind {@code offset}; null to drop the frame
   * @param header receives the frame's header
   * @return frame length, or -1 when none is there
   * @throws DeviceViolation when the device broke the rules of the ring or of the header
   */
  public int receive(MemorySegment into, long offset, NetHeader header) {
    return receive.receive(into, offset, header);
  }

  /**
   * Whether to let num_buffers 0 pass where MRG_RXBUF is not negotiated. It must be 1, but some
   * devices leave it alone and drivers do not look.
   */
  public void lenient(boolean on) {
    receive.lenient = on;
  }

  /** Takes and drops up to {@code max} frames; how many. */
  public int discard(int max) {
    int n = 0;
    while (n < max && receive.receive(null, 0, discarded) >= 0) {
      n++;
    }
    return n;
  }

  /** Sleeps until a frame may have come; false when the time ran out. */
  public boolean awaitFrame(int timeoutMillis) throws LinuxException {
    flush();
    return receiveQueue.await(timeoutMillis);
  }

  /** The receive ring and its descriptors. */
  public Virtqueue receiveQueue() {
    return receiveQueue;
  }

  /** The transmit ring and its descriptors. */
  public Virtqueue transmitQueue() {
    return transmitQueue;
  }

  /** Frames added to the transmit ring since the start. */
  public long framesSent() {
    return transmit.frames;
  }

  /** Bytes of those. */
  public long bytesSent() {
    return transmit.bytes;
  }

  /** Frames taken from the receive ring since the start. */
  public long framesReceived() {
    return receive.frames;
  }

  /** Bytes of those. */
  public long bytesReceived() {
    return receive.bytes;
  }
}

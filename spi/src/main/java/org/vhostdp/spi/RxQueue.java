package org.vhostdp.spi;

/**
 * Receives frames. One IO thread at a time; no method blocks or allocates.
 *
 * <ul>
 *   <li><b>RX-1</b> {@link #receive} returns at most {@code max} entries, whole frames only; 0 if
 *       there is none.
 *   <li><b>RX-2</b> The bytes are those of the wire, without frame check sequence.
 *   <li><b>RX-5</b> What was too long for the device's frames is counted as dropped, never cut
 *       silently.
 *   <li><b>RX-6</b> Frames that arrive faster than they are received wait in the device; those that
 *       it has no room for are counted as dropped.
 *   <li><b>RX-7</b> Every entry is described: its bytes lie inside one of the port's regions, and
 *       {@link Offload#MORE} stands on all but the last entry of its frame.
 *   <li><b>RX-8</b> With {@link Offload#TIMESTAMP} in the settings every frame has a timestamp, and
 *       those of a queue never go back.
 *   <li><b>RX-3</b> Received bytes are stable until released.
 *   <li><b>ORD-1</b> Frames of a queue are received in the order in which they arrived.
 *   <li><b>OWN-5</b> A slow consumer is not overwritten: while frames are lent, what arrives waits
 *       or is dropped.
 *   <li><b>OWN-3</b> Frames are released in the order received; at most {@link
 *       Capabilities#rxLent()} are lent at once, and a queue that has lent that many returns 0.
 *   <li><b>RX-4</b> {@link #receiveInto} receives one frame or none; after it returns the driver
 *       keeps no reference to the buffers.
 * </ul>
 */
public interface RxQueue {
  /**
   * Lends received frames: region, offset, length, flags of each entry, and what the flags name.
   *
   * @param frames where to name them, from index 0
   * @param max at most so many entries
   * @return number of entries written
   */
  int receive(Burst frames, int max);

  /**
   * Gives received frames back, in the order received.
   *
   * @param frames as filled by {@link #receive}
   * @param first index of the first entry
   * @param count number of entries
   */
  void release(Burst frames, int first, int count);

  /**
   * Receives one frame straight into foreign memory, scattered over the buffers in order. Only with
   * {@link Capabilities#FOREIGN_RX}. The caller names buffers for one frame at a time because where
   * the next frame must begin can depend on how long this one was.
   *
   * @param buffers region, offset and room of each buffer on entry; on return length of each used
   *     one, and flags and metadata in entry 0
   * @param count number of buffers
   * @return number of buffers used, {@link Offload#MORE} set on all but the last; 0 if there is no
   *     frame, or if a buffer names memory that may not be written, which its {@code status} then
   *     says ({@link Burst#BAD_MEMORY}); -1 if a frame was too long for the buffers and was dropped
   *     and counted
   */
  default int receiveInto(Burst buffers, int count) {
    return 0;
  }

  /** Tells when frames arrive. */
  Wakeup wakeup();
}

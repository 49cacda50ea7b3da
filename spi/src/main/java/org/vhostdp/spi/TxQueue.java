package org.vhostdp.spi;

/**
 * Sends frames. One IO thread at a time; no method blocks or allocates.
 *
 * <p>Two ways to name what is sent: frames <em>claimed</em> from the driver and filled in place,
 * or, with {@link ForeignMemory}, addresses in regions lent to the driver. One frame may take
 * several entries of the burst ({@link Offload#MORE}); metadata stands in its first entry.
 *
 * <ul>
 *   <li><b>TX-1</b> {@link #transmit} accepts a prefix of whole frames and returns how many
 *       <em>entries</em> that is. What it accepts goes to the wire, what it does not accept does
 *       not.
 *   <li><b>TX-6</b> The bytes on the wire are those of the frame.
 *   <li><b>TX-7</b> A frame of fewer than 60 bytes, Ethernet header included, may be padded to 60;
 *       the padding is zero.
 *   <li><b>TX-8</b> A refused frame does not hurt those before and after it.
 *   <li><b>ORD-2</b> Accepted frames of a queue go to the wire in the order in which they were
 *       transmitted.
 *   <li><b>ORD-3</b> No frame is doubled: each is sent once, and received once.
 *   <li><b>TX-2</b> The rejected tail is untouched: memory, arrays and ownership are the caller's.
 *   <li><b>TX-3</b> If the result is less than {@code count}, {@code status[first + result]} says
 *       why: {@link Burst#FULL} means try again later; any other value means this frame can never
 *       be sent, and the caller drops it.
 *   <li><b>TX-4</b> A full device never blocks the caller.
 *   <li><b>TX-5</b> Accepted frames reach the wire without another call.
 *   <li><b>OWN-1</b> {@link #claim} lends empty frames. A claimed frame is transmitted or given
 *       back by {@link #unclaim}; at most {@link Capabilities#txLent()} frames of a queue are lent.
 *       A caller may write anywhere inside a claimed frame, move its offset within it, and transmit
 *       claimed frames in any order.
 *   <li><b>OWN-6</b> A frame that was sent or given back can be claimed again: none is ever lost.
 *   <li><b>OWN-4</b> Giving back what was not lent is a mistake of the caller; the driver detects
 *       it, throws {@link IllegalStateException} or counts it, and its frames stay sound.
 *   <li><b>OWN-2</b> A foreign frame accepted by {@link #transmit} belongs to the driver until
 *       {@link #completed} returns its cookie, exactly once. If {@link
 *       Capabilities#FOREIGN_TX_SYNCHRONOUS} is declared, it is the caller's again when transmit
 *       returns, and {@link #completed} returns 0.
 *   <li><b>SEC-4</b> Numbers of an entry that make no sense are refused with a status, whatever
 *       they are: {@link #transmit} does not throw, and the frames after it pass.
 * </ul>
 */
public interface TxQueue {
  /**
   * Lends empty frames to fill in place. Writes region, offset and room of each; one entry each.
   *
   * @param frames where to name them, from index 0
   * @param max how many, at most the burst's capacity
   * @return how many were lent, 0 to max
   */
  int claim(Burst frames, int max);

  /**
   * Gives back frames claimed but not transmitted.
   *
   * @param frames as filled by {@link #claim}
   * @param first index of the first entry
   * @param count number of entries
   */
  void unclaim(Burst frames, int first, int count);

  /**
   * Sends frames.
   *
   * @param frames region, offset, length and flags of each entry, and what the flags name
   * @param first index of the first entry
   * @param count number of entries; ends at a frame's end
   * @return number of entries accepted
   */
  int transmit(Burst frames, int first, int count);

  /**
   * Foreign frames that are the caller's again: their cookies, in {@link Burst#cookie} from 0.
   *
   * @param frames where to write the cookies
   * @param max at most so many
   * @return how many
   */
  default int completed(Burst frames, int max) {
    return 0;
  }

  /** Tells when a queue that said {@link Burst#FULL}, or lent nothing, takes frames again. */
  Wakeup wakeup();
}

package org.vhostdp.dataplane.qos;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vhostdp.spi.Shaping;

/**
 * Limits, shares and classes of one port, as an operator writes them, one a line. Immutable.
 *
 * <pre>
 * tx rate=100mbit burst=64k                 what the guest sends, all queues together
 * rx queue=1 packets=10000                  what queue 1 of the guest receives
 * queue=0 weight=3 priority=1               a queue beside the port's other queues
 * class=2 dscp=46,34 vlan-priority=5 rate=10mbit priority=0 weight=4
 * port weight=2                             the port beside others of its IO thread
 * </pre>
 *
 * <p>Rates are bits a second with decimal units (bit, kbit, mbit, gbit), at most 1000gbit; packets
 * are frames a second; bursts are bytes, k and m are 1024 and 1048576 as in tc(8). Classes are 0 to
 * 7; frames that no class names belong to class 0. Weights are 1 to 64, priorities 0 (first) to 7.
 */
public final class QosSpec {
  /** Classes of one port. */
  static final int CLASSES = 8;

  /** Nothing limited, all alike. */
  public static final QosSpec NONE =
      new QosSpec(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), 1);

  /** The whole port, among queues. */
  static final int PORT = -1;

  private final SortedMap<Integer, Limit> tx;
  private final SortedMap<Integer, Limit> rx;
  private final SortedMap<Integer, Share> shares;
  private final SortedMap<Integer, TrafficClass> classes;
  private final int portWeight;

  QosSpec(
      SortedMap<Integer, Limit> tx,
      SortedMap<Integer, Limit> rx,
      SortedMap<Integer, Share> shares,
      SortedMap<Integer, TrafficClass> classes,
      int portWeight) {
    this.tx = tx;
    this.rx = rx;
    this.shares = shares;
    this.classes = classes;
    this.portWeight = portWeight;
  }

  /**
   * Reads lines; blank ones and those that begin with # are passed over.
   *
   * @throws QosRefused with a sentence that names the line and says what to do
   */
  public static QosSpec of(List<String> lines) throws QosRefused {
    return new QosReader().read(lines);
  }

  /** The canonical text; {@link #of} makes an equal one of it. */
  public List<String> lines() {
    return QosText.lines(this);
  }

  /** Whether frames are held back: false means that no stage is needed. */
  public boolean limits() {
    return !tx.isEmpty() || !rx.isEmpty() || !classes.isEmpty();
  }

  /** Share of a queue of the guest, 1 to 64, among queues of the same priority. */
  public int weight(int queue) {
    return shares.getOrDefault(queue, Share.DEFAULT).weight();
  }

  /** Which queue of the guest goes first: 0 first, 7 last. */
  public int priority(int queue) {
    return shares.getOrDefault(queue, Share.DEFAULT).priority();
  }

  /** Share of the port among those of its IO thread, 1 to 64. */
  public int portWeight() {
    return portWeight;
  }

  /**
   * Refuses lines for queues that are not there.
   *
   * @param queuePairs of the guest
   * @throws QosRefused with a sentence that names the queue
   */
  public void fits(int queuePairs) throws QosRefused {
    for (SortedMap<Integer, ?> lines : List.of(tx, rx, shares)) {
      if (!lines.isEmpty() && lines.lastKey() >= queuePairs) {
        throw new QosRefused(
            "A line names queue "
                + lines.lastKey()
                + ", but the port has "
                + (queuePairs == 1
                    ? "one queue pair, queue 0."
                    : queuePairs + " queue pairs, queues 0 to " + (queuePairs - 1) + "."));
      }
    }
  }

  /** Limits by queue, {@link #PORT} for all together; in that direction of {@code Shaping}. */
  Map<Integer, Limit> limits(int direction) {
    return direction == Shaping.TRANSMIT ? tx : rx;
  }

  Map<Integer, Share> shares() {
    return shares;
  }

  Map<Integer, TrafficClass> classes() {
    return classes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QosSpec that && lines().equals(that.lines());
  }

  @Override
  public int hashCode() {
    return lines().hashCode();
  }

  @Override
  public String toString() {
    return String.join("; ", lines());
  }
}

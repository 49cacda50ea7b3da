package org.vhostdp.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A device's counters since open, as the driver knows them. Filled by {@link Port#statistics}; a
 * plain holder for one thread.
 *
 * <ul>
 *   <li><b>STAT-2</b> Frames and bytes counted as received are those that were given to the host,
 *       and as sent those that went to the wire.
 *   <li><b>STAT-3</b> Every frame that arrived is counted once it was received, or as dropped or
 *       damaged.
 * </ul>
 */
public final class Statistics {
  /** Frames given to the host. */
  public long rxFrames;

  /** Bytes of those, without frame check sequence. */
  public long rxBytes;

  /** Frames that arrived and were lost: no room, or too long. */
  public long rxDropped;

  /** Frames that arrived damaged. */
  public long rxErrors;

  /** Frames accepted and sent. */
  public long txFrames;

  /** Bytes of those. */
  public long txBytes;

  /** Frames accepted, then lost. */
  public long txDropped;

  /** Frames the device refused. */
  public long txErrors;

  private final Map<String, Long> more = new LinkedHashMap<>();

  /** All zero. */
  public Statistics() {}

  /** Adds every counter of another. */
  public void add(Statistics other) {
    rxFrames += other.rxFrames;
    rxBytes += other.rxBytes;
    rxDropped += other.rxDropped;
    rxErrors += other.rxErrors;
    txFrames += other.txFrames;
    txBytes += other.txBytes;
    txDropped += other.txDropped;
    txErrors += other.txErrors;
    other.more.forEach(this::more);
  }

  /** Adds a counter of the driver's own; names are lower case with underscores. */
  public void more(String name, long value) {
    more.merge(name, value, Long::sum);
  }

  /** The driver's own counters, in the order given. */
  public Map<String, Long> more() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(more));
  }
}

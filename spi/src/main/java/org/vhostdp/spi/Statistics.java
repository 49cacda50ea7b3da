package org.vhostdp.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A device's counters since open, as the driver knows them. Filled by {@link Port#statistics}; a
 * plain holder for one thread.
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

  /** Adds a counter of the driver's own; names are lower case with underscores. */
  public void more(String name, long value) {
    more.merge(name, value, Long::sum);
  }

  /** The driver's own counters, in the order given. */
  public Map<String, Long> more() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(more));
  }
}

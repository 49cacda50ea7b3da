package org.vhostdp.bench.latency;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One row of the table.
 *
 * @param packed otherwise a split ring
 * @param bytes of each frame
 * @param rate frames per second
 * @param patient whether vhost-dp polls longer between two frames than it does by itself
 */
record Cell(boolean packed, int bytes, int rate, boolean patient) {
  /** What vhost-dp is told where it shall be patient, microseconds. */
  static final int PATIENT_SPIN = 1000;

  /** Microseconds that vhost-dp polls by itself before it sleeps. */
  static final int DEFAULT_SPIN = 50;

  /** Whether at this load an instance left alone sleeps between two frames. */
  static boolean sleeps(int rate) {
    return 1_000_000 / rate >= DEFAULT_SPIN;
  }

  String ring() {
    return packed ? "packed" : "split";
  }

  /** What distinguishes it. */
  Map<String, String> parameters() {
    Map<String, String> out = new LinkedHashMap<>();
    out.put("ring", ring());
    out.put("bytes", "" + bytes);
    out.put("load", "" + rate);
    out.put("spin_us", "" + (patient ? PATIENT_SPIN : DEFAULT_SPIN));
    return out;
  }

  /** Frames per second in few words. */
  static String load(int rate) {
    if (rate % 1_000_000 == 0) {
      return rate / 1_000_000 + " M/s";
    }
    return rate % 1000 == 0 ? rate / 1000 + " k/s" : rate + " /s";
  }

  @Override
  public String toString() {
    return ring()
        + ", "
        + bytes
        + ", "
        + load(rate)
        + (patient ? ", --spin-us " + PATIENT_SPIN : "");
  }
}

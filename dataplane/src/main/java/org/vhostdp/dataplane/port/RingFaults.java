package org.vhostdp.dataplane.port;

/** Told that a ring was taken out of service. On an IO thread; must not block. */
public interface RingFaults {
  /**
   * A ring ended.
   *
   * @param ring its index
   * @param why a sentence without its full stop
   */
  void broken(int ring, String why);
}

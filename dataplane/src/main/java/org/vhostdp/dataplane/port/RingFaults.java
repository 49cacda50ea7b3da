package org.vhostdp.dataplane.port;

/** Told what an IO thread took out of service. On that thread; must not block. */
public interface RingFaults {
  /**
   * A ring ended.
   *
   * @param ring its index
   * @param why a sentence without its full stop
   */
  void broken(int ring, String why);

  /**
   * The port's driver failed in the middle of a turn; its queue pair is out of service.
   *
   * @param why a sentence without its full stop
   */
  void driverFailed(String why);
}

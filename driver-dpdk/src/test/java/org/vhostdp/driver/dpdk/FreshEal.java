package org.vhostdp.driver.dpdk;

import org.vhostdp.spi.DriverException;

/** Opens a port in a process of its own, where EAL has not been started: see DpdkLifeTest. */
final class FreshEal {
  private FreshEal() {}

  public static void main(String[] keysAndValues) {
    try (DpdkLab lab = DpdkLab.open()) {
      lab.started(keysAndValues);
      System.out.println("opened");
    } catch (DriverException e) {
      System.out.println(e.reason() + ": " + e.getMessage());
    }
    System.out.println("alive");
  }
}

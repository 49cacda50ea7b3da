package org.vhostdp.linux;

import org.junit.jupiter.api.Assumptions;

/** What a test needs of the machine; without it the test is skipped and says why. */
final class Rights {
  private Rights() {}

  static void needCapability(int capability) {
    boolean has = Capability.has(capability);
    if (!has) {
      System.out.println("skipped: needs " + Capability.name(capability));
    }
    Assumptions.assumeTrue(has, "needs " + Capability.name(capability));
  }

  /** A namespace of one's own, in which the test may do as it likes. */
  static Fd namespace() throws LinuxException {
    needCapability(Capability.CAP_SYS_ADMIN);
    return Namespaces.create();
  }
}

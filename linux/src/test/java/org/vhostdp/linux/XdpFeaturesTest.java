package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/** What interfaces say they can do for XDP; drivers' tests ask those that can. */
class XdpFeaturesTest {
  @Test
  void loopbackCanNothing() throws Exception {
    assumeTrue(XdpFeatures.of(1).isPresent(), "the kernel has no family netdev: Linux 6.3");
    assertEquals(new XdpFeatures(0, 0, 0, 0), XdpFeatures.of(1).orElseThrow());
  }

  @Test
  void anInterfaceThatIsNotThereIsSaid() throws Exception {
    assumeTrue(XdpFeatures.of(1).isPresent(), "the kernel has no family netdev: Linux 6.3");
    long open = Fd.openCount();
    LinuxException e = assertThrows(LinuxException.class, () -> XdpFeatures.of(Integer.MAX_VALUE));
    assertEquals(Errno.ENODEV, e.errno());
    assertEquals(open, Fd.openCount());
  }
}

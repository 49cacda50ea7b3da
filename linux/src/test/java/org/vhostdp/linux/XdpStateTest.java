package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** What an interface says about its XDP program; drivers' tests attach some. */
class XdpStateTest {
  @Test
  void loopbackHasNone() throws Exception {
    assertEquals(new XdpState(XdpState.NONE, 0), XdpState.of(1));
  }

  @Test
  void anInterfaceThatIsNotThereIsSaid() {
    long open = Fd.openCount();
    LinuxException e = assertThrows(LinuxException.class, () -> XdpState.of(Integer.MAX_VALUE));
    assertEquals(Errno.ENODEV, e.errno());
    assertEquals(open, Fd.openCount());
  }
}

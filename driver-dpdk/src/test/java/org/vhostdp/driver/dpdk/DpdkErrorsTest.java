package org.vhostdp.driver.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;

/** What goes wrong is a sentence, and leaves nothing behind. */
@Timeout(60)
final class DpdkErrorsTest {
  private static void refused(Reason reason, String words, String... keysAndValues)
      throws Exception {
    try (DpdkLab lab = DpdkLab.open()) {
      lab.port("vdev", "net_null3").close();
      DriverException e = assertThrows(DriverException.class, () -> lab.port(keysAndValues));
      assertEquals(reason, e.reason(), e.getMessage());
      assertTrue(e.getMessage().contains(words), e.getMessage());
      assertTrue(e.getMessage().endsWith("."), e.getMessage());
    }
  }

  @Test
  void noDeviceIsNamed() throws Exception {
    refused(Reason.CONFIGURATION, "names no device");
  }

  @Test
  void twoDevicesAreNamed() throws Exception {
    refused(Reason.CONFIGURATION, "exclude each other", "vdev", "net_null0", "wire", "x");
  }

  @Test
  void aDriverThatIsNotThere() throws Exception {
    refused(Reason.NOT_FOUND, "net_bogus0", "vdev", "net_bogus0");
  }

  @Test
  void anArgumentThatTheDriverDoesNotKnow() throws Exception {
    refused(Reason.NOT_FOUND, "net_null4,colour=red", "vdev", "net_null4,colour=red");
  }

  @Test
  void aNicThatIsNotThere() throws Exception {
    refused(Reason.NOT_FOUND, "0000:77:1f.7", "pci", "0000:77:1f.7");
  }

  @Test
  void aPortThatIsNotThere() throws Exception {
    refused(Reason.NOT_FOUND, "net_absent0", "port", "net_absent0");
  }

  @Test
  void otherEalArgumentsInASecondSection() throws Exception {
    refused(Reason.CONFIGURATION, "--log-level=8", "vdev", "net_null0", "eal", "--log-level=8");
  }

  @Test
  void anEalArgumentThatWouldEndTheProcess() throws Exception {
    refused(Reason.CONFIGURATION, "--help", "vdev", "net_null0", "eal", "--help");
    refused(Reason.CONFIGURATION, "--he", "vdev", "net_null0", "eal", "--he");
    refused(Reason.CONFIGURATION, "-h", "vdev", "net_null0", "eal", "-h");
  }

  @Test
  void hugePagesInASecondSection() throws Exception {
    refused(Reason.CONFIGURATION, "huge pages", "vdev", "net_null0", "hugepages", "on");
  }

  @Test
  void moreMbufsInASecondSection() throws Exception {
    refused(Reason.CONFIGURATION, "100000", "vdev", "net_null0", "mbufs", "100000");
  }

  @Test
  void aNameThatIsTaken() throws Exception {
    try (DpdkLab lab = DpdkLab.open()) {
      lab.port("vdev", "net_null5");
      DriverException e = assertThrows(DriverException.class, () -> lab.port("vdev", "net_null5"));
      assertEquals(Reason.BUSY, e.reason(), e.getMessage());
      DriverException other =
          assertThrows(DriverException.class, () -> lab.port("port", "net_null5"));
      assertEquals(Reason.BUSY, other.reason(), other.getMessage());
    }
  }

  @Test
  void aThirdEndOfAWire() throws Exception {
    try (DpdkLab lab = DpdkLab.open()) {
      lab.port("wire", "third");
      lab.port("wire", "third");
      DriverException e = assertThrows(DriverException.class, () -> lab.port("wire", "third"));
      assertEquals(Reason.BUSY, e.reason());
      assertTrue(e.getMessage().contains("third"), e.getMessage());
    }
  }

  @Test
  void aPortThatWasNotConfigured() throws Exception {
    try (DpdkLab lab = DpdkLab.open()) {
      Port port = lab.port("vdev", "net_null5");
      assertThrows(IllegalStateException.class, port::start);
      port.close();
      assertThrows(IllegalStateException.class, () -> port.configure(PortSettings.defaults()));
    }
  }
}

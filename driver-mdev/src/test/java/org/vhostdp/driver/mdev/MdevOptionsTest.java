package org.vhostdp.driver.mdev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.driver.mdev.nic.RingLayout;
import org.vhostdp.driver.mdev.vfio.VfioApi;
import org.vhostdp.driver.mdev.vfio.VfioTarget;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** The configuration, and what is refused of it. */
final class MdevOptionsTest {
  private static final String UUID = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001";

  private static MdevOptions of(Map<String, String> values) throws DriverException {
    return MdevOptions.of(MdevLab.config(values));
  }

  @Test
  void aFunctionNeedsItsAddressOnly() throws DriverException {
    MdevOptions options = of(Map.of("pci", "0000:00:1F.0"));
    assertEquals(new VfioTarget.Function("0000:00:1f.0"), options.vfio().target());
    assertEquals(VfioApi.AUTO, options.vfio().api());
    assertEquals(RingLayout.AUTO, options.nic().ring());
    assertEquals(256, options.nic().descriptors());
  }

  @Test
  void aDomainIsNotNeeded() throws DriverException {
    assertEquals(
        new VfioTarget.Function("0000:3b:00.1"), of(Map.of("pci", "3b:00.1")).vfio().target());
  }

  @Test
  void aMediatedDeviceIsNamedOrMade() throws DriverException {
    assertEquals(new VfioTarget.Existing(UUID), of(Map.of("mdev", UUID)).vfio().target());
    assertEquals(
        new VfioTarget.Created("mtty", "mtty-2", null),
        of(Map.of("parent", "mtty", "type", "mtty-2")).vfio().target());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          queues=2                                | None of the keys
          pci=0000:00:01.0 mdev=%s                | More than one
          pci=eth0                                | not the address of a PCI function
          pci=0000:00:20.0                        | not the address of a PCI function
          pci=0000:00:01.8                        | not the address of a PCI function
          mdev=83b8f4f2                           | is not a UUID
          parent=mtty                             | without its other half
          pci=0000:00:01.0 type=x                 | without its other half
          parent=../.. type=x                     | not a device's name
          parent=.. type=x                        | not a device's name
          parent=mtty type=a/b                    | not a device's name
          pci=0000:00:01.0 uuid=%s                | no mediated device is to be made
          mdev=%s bind=true                       | no kernel driver to be taken from
          pci=0000:00:01.0 descriptors=100        | not a power of two
          """)
  void isRefusedWithASentence(String keys, String part) {
    Map<String, String> values = new HashMap<>();
    for (String pair : keys.formatted(UUID).split(" ")) {
      values.put(pair.split("=")[0], pair.split("=")[1]);
    }
    DriverException e = assertThrows(DriverException.class, () -> of(values));
    assertEquals(Reason.CONFIGURATION, e.reason());
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertTrue(e.getMessage().endsWith("."), e.getMessage());
    assertTrue(!e.advice().isEmpty(), "no advice");
  }
}

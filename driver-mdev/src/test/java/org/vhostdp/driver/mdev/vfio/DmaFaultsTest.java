package org.vhostdp.driver.mdev.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class DmaFaultsTest {
  @Test
  void readsIntelsLines() {
    String line =
        "4,611,8123,-;DMAR: [DMA Read NO_PASID] Request device [00:04.0] fault addr 0xdead0000"
            + " [fault reason 0x06] PTE Read access is not set\n";
    assertEquals(
        "The IOMMU stopped a transfer of 0000:00:04.0 at address 0xdead0000, where it has no"
            + " memory (DMA Read NO_PASID).",
        DmaFaults.sentence("0000:00:04.0", line));
    assertNull(DmaFaults.sentence("0000:01:00.0", line));
    assertNull(DmaFaults.sentence("0000:10:04.0", line));
  }

  @Test
  void readsAmdsLines() {
    String line =
        "0,700,9,-;vfio-pci 0000:04:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT"
            + " device=0000:04:00.0 domain=0x000e address=0xfffe0000 flags=0x0000]\n";
    assertEquals(
        "The IOMMU stopped a transfer of 0000:04:00.0 at address 0xfffe0000, where it has no"
            + " memory (IO_PAGE_FAULT).",
        DmaFaults.sentence("0000:04:00.0", line));
  }

  @Test
  void saysNothingAboutOtherLines() {
    assertNull(DmaFaults.sentence("0000:00:04.0", "6,1,1,-;virtio_net 0000:00:04.0 eth0: renamed"));
    assertNull(DmaFaults.sentence("0000:00:04.0", ""));
  }

  @Test
  void isSilentWithoutALog() {
    try (DmaFaults faults = DmaFaults.of("0000:00:04.0", "/nonexistent/kmsg")) {
      assertFalse(faults.listening());
      assertNull(faults.next());
    }
  }
}

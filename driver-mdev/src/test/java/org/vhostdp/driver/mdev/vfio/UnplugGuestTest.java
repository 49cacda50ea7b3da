package org.vhostdp.driver.mdev.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.vhostdp.linux.Poll;

/** A function that is pulled out while it is open. */
@Tag("guest-kernel")
class UnplugGuestTest {
  /** The hypervisor's name of the function at an address. */
  private static String id(Monitor monitor, String address) throws IOException {
    int bus = Integer.parseInt(address.substring(5, 7), 16);
    String pattern = "Bus +" + bus + ", device +0, function 0:.*?id \"(\\S+?)\"";
    Matcher found = Pattern.compile(pattern, Pattern.DOTALL).matcher(monitor.ask("info pci"));
    assertTrue(found.find(), "the monitor lists " + address);
    return found.group(1);
  }

  /** The port that the function is behind, and its network end. */
  private static Matcher place(Monitor monitor, String id) throws IOException {
    String pattern =
        "bus: (\\S+)\\s+type PCIE\\s+dev: virtio-net-pci, id \"" + id + "\".*?netdev = \"(\\S+?)\"";
    Matcher found = Pattern.compile(pattern, Pattern.DOTALL).matcher(monitor.ask("info qtree"));
    assertTrue(found.find(), "the monitor shows where " + id + " is");
    return found;
  }

  @Test
  void theKernelAsksForItAndGetsItByClosing() throws Exception {
    String address = Rig.function();
    try (Monitor monitor = Monitor.open()) {
      String id = id(monitor, address);
      Matcher place = place(monitor, id);
      Path folder = Path.of("/sys/bus/pci/devices", address);
      Notes notes = new Notes();
      try (VfioDevice device = VfioFunctions.open(Rig.taking(address, VfioApi.GROUP), notes)) {
        assertEquals(DeviceEvent.NONE, device.next());
        monitor.ask("device_del " + id);
        Poll poll = new Poll(1);
        poll.set(0, device.eventFd(), Poll.IN);
        poll.await(20_000);
        assertEquals(DeviceEvent.REQUESTED, device.next());
        assertTrue(device.detail().contains(address), device.detail());
        assertTrue(Files.exists(folder), "it stays until it is closed");
      }
      FunctionGuestTest.within(() -> !Files.exists(folder), "the function is gone");
      assertEquals(0, notes.lines.size(), notes.lines.toString());
      monitor.ask(
          "device_add virtio-net-pci,iommu_platform=on,disable-legacy=on,packed=on,bus="
              + place.group(1)
              + ",id="
              + id
              + ",netdev="
              + place.group(2));
      FunctionGuestTest.within(() -> "virtio-pci".equals(Rig.driver(address)), "it is back");
      assertFalse(Files.exists(Path.of("/run/vhost-dp-mdev", address)), "no note is left");
    }
  }
}

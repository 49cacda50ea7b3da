package org.vhostdp.driver.mdev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.driver.mdev.vfio.Monitor;
import org.vhostdp.guest.machine.GuestMachine;
import org.vhostdp.guest.machine.GuestNet;
import org.vhostdp.guest.machine.GuestNic;
import org.vhostdp.guest.machine.GuestSpec;
import org.vhostdp.guest.machine.UmlGuest;

/**
 * The packets of a guest's kernel through a vhost-user port of the image, this driver and its
 * device, to the kernel's own stack behind the far device: a user-mode Linux inside the machine
 * that has the devices.
 */
@Tag("guest-kernel")
@Timeout(240)
final class MdevTrafficTest {
  private static final String HOST = "192.0.2.1";
  private static final String GUEST = "192.0.2.2";
  private static final int PORT = 4711;
  private static final int MEBIBYTES = 192;
  private static final Duration BOOT = Duration.ofSeconds(100);
  private static final Duration LIFE = Duration.ofSeconds(220);
  private static final Duration PING = Duration.ofSeconds(40);
  private static final Duration TRANSFER = Duration.ofSeconds(60);

  private static final String PINGS = "ping -n -q -c 5 -i 0.2 -w 20 ";

  /** Waits until the guest's kernel sees its link so. */
  private static final String CARRIER =
      "for i in $(seq 100); do [ $(cat /sys/class/net/eth0/carrier) = %d ] && exit 0;"
          + " sleep 0.1; done; exit 1";

  /** Sends a file through the echo at the far end, and compares what comes back. */
  private static final String ECHO =
      """
      head -c %d /dev/urandom >/tmp/sent
      exec 3<>/dev/tcp/%s/%d || exit 1
      cat /tmp/sent >&3 &
      head -c %1$d <&3 >/tmp/back
      cmp /tmp/sent /tmp/back && echo intact
      """;

  private static final int BYTES = 512 << 10;

  @TempDir private Path folder;

  @Test
  void aGuestsTrafficCrossesTheDeviceBothWays() throws Exception {
    GuestLab.needs(1);
    UmlGuest.unavailable().ifPresent(Assumptions::abort);
    assumeTrue(Files.exists(ImagePort.COMMAND), "needs the image: " + ImagePort.COMMAND);
    try (FarStack far = FarStack.on(GuestLab.far().getFirst(), HOST, PORT);
        ImagePort port = ImagePort.start(folder, GuestLab.near().getFirst());
        GuestMachine guest = UmlGuest.start(spec(port.socket()))) {
      System.out.printf("the guest booted in %d ms%n", guest.bootTime().toMillis());
      GuestNet.configure(guest, GUEST + "/24", 0);
      pinged(guest.run(PINGS + HOST, PING).output());
      pinged(far.run(PINGS + GUEST));
      long before = System.nanoTime();
      String said =
          guest.run(ECHO.formatted(BYTES, HOST, PORT), TRANSFER).required().output().strip();
      assertEquals("intact", said);
      assertEquals(BYTES, far.echoed(), "bytes that TCP brought to the far end");
      System.out.printf(
          "%d bytes of TCP there and back in %d ms%n",
          BYTES, (System.nanoTime() - before) / 1_000_000);
      linkLossReachesTheGuest(port, guest);
      theDeviceComesBack(port, GuestLab.near().getFirst());
      pinged(guest.run(PINGS + HOST, PING).output());
      port.ensureRunning();
    }
  }

  /** The hypervisor pulls the plug, and puts it in again. */
  private static void linkLossReachesTheGuest(ImagePort port, GuestMachine guest) throws Exception {
    assertTrue(Monitor.give("set_link near1 off"), "there is no monitor");
    port.awaitLog("went down");
    guest.run(CARRIER.formatted(0), PING).required();
    assertTrue(Monitor.give("set_link near1 on"));
    port.awaitLog("came up");
    guest.run(CARRIER.formatted(1), PING).required();
    pinged(guest.run(PINGS + HOST, PING).output());
  }

  /** The kernel takes the device away, which waits for the port, and finds it again. */
  private static void theDeviceComesBack(ImagePort port, String address) throws Exception {
    GuestLab.write(GuestLab.DEVICES.resolve(address).resolve("remove"), "1");
    port.awaitLog("the driver is lost");
    GuestLab.write(Path.of("/sys/bus/pci/rescan"), "1");
    port.awaitLog("the driver is there again");
  }

  private static GuestSpec spec(Path socket) {
    return GuestSpec.of(GuestNic.on(socket).withMac("52:54:00:76:64:01"))
        .withMemory(MEBIBYTES)
        .withLimits(BOOT, LIFE);
  }

  private static void pinged(String said) {
    System.out.print(said);
    assertTrue(said.contains(" 0% packet loss"), said);
  }
}

package org.vhostdp.rig;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.guest.machine.GuestKernel;
import org.vhostdp.guest.machine.QemuGuest;

/**
 * The mdev driver's tests and every rule of the SPI, on virtio network devices behind an IOMMU.
 * Each near device, behind a root port, is wired to a far one, which stays the kernel's.
 */
@ExtendWith(GuestRig.class)
final class MdevGuestIT {
  static final Duration BOOT = Duration.ofSeconds(60);

  private static final String ROOT_PORT = "pcie-root-port,id=rp%1$d,chassis=%1$d,slot=%1$d";

  private static final String BRIDGES =
      """
      sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
      for i in 1 2; do
        ip link add br$i type bridge mcast_snooping 0
        ip link set br$i mtu 9500 up
        for t in near$i far$i; do
          ip tuntap add $t mode tap multi_queue vnet_hdr
          ip link set $t mtu 9500 txqueuelen 10000 master br$i up
        done
      done
      """;

  /** An IOMMU, and QEMU's monitor as a serial port of the guest. */
  private static GuestPlan withIommu() {
    return GuestPlan.standard()
        .withAppend("intel_iommu=on")
        .withModules("vfio_iommu_type1", "vfio-pci", "virtio_net", "virtio_console", "mdev")
        .withOptions("-device", "intel-iommu,intremap=on,caching-mode=on")
        .withOptions(
            "-device",
            "virtio-serial-pci",
            "-chardev",
            "socket,id=m1,path=monitor,server=on,wait=off",
            "-mon",
            "chardev=m1,mode=readline",
            "-chardev",
            "socket,id=m2,path=monitor,reconnect=1",
            "-device",
            "virtserialport,chardev=m2,name=monitor");
  }

  /** Two pairs wired to each other. */
  private static GuestPlan pairs() {
    GuestPlan plan = withIommu();
    for (int i = 1; i <= 2; i++) {
      plan = plan.withOptions("-device", ROOT_PORT.formatted(i));
      plan = side(plan, "near" + i, i, ",bus=rp" + i + ",iommu_platform=on,packed=on");
      plan = side(plan, "far" + i, i, "");
    }
    return plan;
  }

  private static GuestPlan side(GuestPlan plan, String id, int hub, String more) {
    return plan.withOptions(
        "-netdev",
        "hubport,id=net-%s,hubid=%d".formatted(id, hub),
        "-device",
        "virtio-net-pci,netdev=net-%1$s,id=%1$s,disable-legacy=on%2$s".formatted(id, more));
  }

  /** Two pairs with four queue pairs each, wired by bridges in QEMU's own network namespace. */
  private static GuestPlan queues() {
    GuestPlan plan = withIommu().withNetwork(BRIDGES);
    for (int i = 1; i <= 2; i++) {
      plan = plan.withOptions("-device", ROOT_PORT.formatted(i));
      plan = tap(plan, "near" + i, ",bus=rp" + i + ",iommu_platform=on,packed=on,rss=on");
      plan = tap(plan, "far" + i, "");
    }
    return plan;
  }

  private static GuestPlan tap(GuestPlan plan, String id, String more) {
    return plan.withOptions(
        "-netdev",
        "tap,id=net-%1$s,ifname=%1$s,script=no,downscript=no,queues=4".formatted(id),
        "-device",
        "virtio-net-pci,netdev=net-%1$s,id=%1$s,disable-legacy=on,mq=on,vectors=10%2$s"
            .formatted(id, more));
  }

  /** The devices of {@link #inAGuest}, without a parent of mediated ones. */
  static GuestPlan devices() {
    return pairs();
  }

  /** Here and not in the factories, because a factory that is skipped is not counted. */
  @BeforeAll
  static void needs() {
    QemuGuest.unavailable().ifPresent(Assumptions::abort);
  }

  @TestFactory
  Stream<DynamicTest> inAGuest(Guests guests) throws Exception {
    GuestPlan plan = pairs();
    for (Path module : samples()) {
      plan = plan.withModuleFile(module);
    }
    return DriverModule.tests("driver-mdev")
        .withLimits(Duration.ofSeconds(120), Duration.ofMinutes(10))
        .runIn(guests.with(plan.withLimits(BOOT, Duration.ofMinutes(12)), "mdev"));
  }

  @TestFactory
  Stream<DynamicTest> withSeveralQueuesInAGuest(Guests guests) throws Exception {
    return DriverModule.tests("driver-mdev")
        .tagged("guest-queues")
        .withLimits(Duration.ofSeconds(120), Duration.ofMinutes(10))
        .runIn(guests.with(queues().withLimits(BOOT, Duration.ofMinutes(12)), "mdev-queues"));
  }

  /** The kernel's sample of a parent of mediated devices; without it, its tests skip themselves. */
  private static List<Path> samples() throws InterruptedException {
    try {
      GuestKernel kernel = GuestKernel.prepare(System.out::println);
      return KernelModules.build(
          kernel, "samples/vfio-mdev", List.of("mtty"), List.of(), System.out::println);
    } catch (IOException missing) {
      System.out.println("guest: without sample devices: " + missing.getMessage());
      return new ArrayList<>();
    }
  }
}

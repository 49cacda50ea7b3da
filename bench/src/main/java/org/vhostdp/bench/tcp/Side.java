package org.vhostdp.bench.tcp;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.vhostdp.guest.machine.GuestMachine;
import org.vhostdp.guest.machine.GuestNic;
import org.vhostdp.guest.machine.GuestSpec;
import org.vhostdp.guest.machine.QemuGuest;
import org.vhostdp.guest.machine.UmlGuest;

/** Who carries the frames between the guest and the TAP. */
enum Side {
  /** This project's back-end and TAP driver, by vhost-user. */
  VHOST_DP("vhost-dp"),

  /** QEMU's own, with the device's options as they are for vhost-user. */
  QEMU_TAP("qemu-tap"),

  /** QEMU's own, with QEMU's own options. */
  QEMU_TAP_DEFAULT("qemu-tap-default"),

  /** User-mode Linux's own driver, which reads and writes the TAP without a virtio device. */
  UML_VECTOR_TAP("uml-vector-tap");

  private static final Duration BOOT = Duration.ofSeconds(90);
  private static final Duration LIFE = Duration.ofMinutes(10);
  private static final String MAC = "52:54:00:76:64:01";

  final String text;

  Side(String text) {
    this.text = text;
  }

  /**
   * Boots a guest.
   *
   * @param guest which has this side
   * @param nic the device of a guest that is attached by vhost-user
   * @param ifname the TAP that the others open, in the network namespace of the calling thread
   */
  GuestMachine boot(Guest guest, GuestNic nic, String ifname)
      throws IOException, InterruptedException {
    GuestSpec spec = spec(nic, ifname).withLimits(BOOT, LIFE);
    return guest == Guest.QEMU ? QemuGuest.start(spec) : UmlGuest.start(spec);
  }

  private GuestSpec spec(GuestNic nic, String ifname) {
    return switch (this) {
      case VHOST_DP -> GuestSpec.of(nic.withMac(MAC));
      case QEMU_TAP ->
          qemuTap(ifname, ",packed=off,mq=off,vectors=" + (isEmulated() ? 0 : 4)); // as QemuGuest
      case QEMU_TAP_DEFAULT -> qemuTap(ifname, "");
      case UML_VECTOR_TAP ->
          GuestSpec.of()
              .withAppend("vec0:transport=tap,ifname=" + ifname + ",depth=128,gro=1,mac=" + MAC);
    };
  }

  /** QEMU makes the TAP, with virtio headers, and takes it away at its end. */
  private static GuestSpec qemuTap(String ifname, String more) {
    List<String> options =
        List.of(
            "-netdev",
            "tap,id=net0,ifname=" + ifname + ",script=no,downscript=no",
            "-device",
            "virtio-net-pci,netdev=net0,mac=" + MAC + more);
    return GuestSpec.of().withOptions(options.toArray(String[]::new));
  }

  private static boolean isEmulated() {
    return System.getenv().getOrDefault("VHOSTDP_GUEST_ACCEL", "tcg").startsWith("tcg");
  }
}

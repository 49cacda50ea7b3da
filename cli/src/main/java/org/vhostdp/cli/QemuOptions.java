package org.vhostdp.cli;

import java.nio.file.Path;
import org.vhostdp.cli.config.ConfigText;
import org.vhostdp.dataplane.config.DataplaneConfig.Netdev;
import org.vhostdp.dataplane.frontend.vhostuser.SocketSpec;

/** The QEMU command line that attaches a guest to a port. */
final class QemuOptions {
  private QemuOptions() {}

  /** The command line, one option a line. */
  static String of(Netdev netdev, int queuePairs) {
    String id = netdev.port().id();
    Path path = netdev.socket().path();
    boolean qemuListens = netdev.socket().mode() == SocketSpec.Mode.CLIENT;
    String socket =
        path == null ? "fd=NUMBER" : "path=" + escaped(path.toAbsolutePath().toString());
    StringBuilder device = new StringBuilder("virtio-net-pci,netdev=").append(id);
    if (queuePairs > 1) {
      device.append(",mq=on");
    }
    // QEMU 7.2 without KVM dies of a null pointer when a guest uses MSI-X on a vhost-user device.
    device.append(",vectors=0");
    if (netdev.port().mtu() != 0) {
      device.append(",host_mtu=").append(netdev.port().mtu());
    }
    if (netdev.port().mac() != null) {
      device.append(",mac=").append(ConfigText.mac(netdev.port().mac()));
    }
    return String.join(
        " \\\n",
        "  qemu-system-x86_64 -m 1G",
        "    -object memory-backend-memfd,id=mem0,size=1G,share=on -machine memory-backend=mem0",
        "    -chardev socket,id=char-%s,%s%s"
            .formatted(id, socket, qemuListens ? ",server=on" : ""),
        "    -netdev vhost-user,id=%s,chardev=char-%s,queues=%d".formatted(id, id, queuePairs),
        "    -device " + device);
  }

  /** What to change where there is KVM. */
  static String advice(int queuePairs) {
    return "With -accel kvm, vectors=%d is faster than vectors=0, which QEMU 7.2 needs without it."
        .formatted(2 * queuePairs + 2);
  }

  /** In QEMU's options a comma of a value is written twice. */
  private static String escaped(String text) {
    return text.replace(",", ",,");
  }
}

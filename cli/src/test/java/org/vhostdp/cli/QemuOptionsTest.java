package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.config.DataplaneConfig.Netdev;
import org.vhostdp.dataplane.frontend.vhostuser.SocketSpec;
import org.vhostdp.dataplane.port.PortSpec;

final class QemuOptionsTest {
  private static String of(SocketSpec socket, int queues, int mtu, byte[] mac) {
    return QemuOptions.of(
        new Netdev(new PortSpec("vd0", queues, mtu, mac, -1), "d", socket), queues);
  }

  @Test
  void aSinglePair() {
    assertEquals(
        """
          qemu-system-x86_64 -m 1G \\
            -object memory-backend-memfd,id=mem0,size=1G,share=on -machine memory-backend=mem0 \\
            -chardev socket,id=char-vd0,path=/run/a,,b.sock \\
            -netdev vhost-user,id=vd0,chardev=char-vd0,queues=1 \\
            -device virtio-net-pci,netdev=vd0,vectors=0\
        """,
        of(SocketSpec.server(Path.of("/run/a,b.sock"), 0600), 1, 0, null));
  }

  @Test
  void everythingConfigured() {
    byte[] mac = {0x52, 0x54, 0, 1, 2, (byte) 0xFE};
    String options = of(SocketSpec.client(Path.of("/run/x")), 4, 9000, mac);
    assertTrue(options.contains("path=/run/x,server=on \\"), options);
    assertTrue(
        options.endsWith("netdev=vd0,mq=on,vectors=0,host_mtu=9000,mac=52:54:00:01:02:fe"),
        options);
  }
}

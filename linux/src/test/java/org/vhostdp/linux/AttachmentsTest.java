package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.linux.generated.Libc;

@ExtendWith(OpenCounts.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AttachmentsTest {
  private static final int IFF_PROMISC = 0x100;

  @Test
  void whatHangsOnAnInterfaceIsListed() throws Exception {
    try (Fd namespace = Rights.namespace();
        Netlink netlink = Namespaces.in(namespace, Netlink::open);
        Attachments attachments = Namespaces.in(namespace, Attachments::open)) {
      netlink.createVeth("left", 3, "right", 1);
      int left = netlink.link("left").index();
      assertEquals(new Attachments.On(0, List.of()), down(attachments.on(left)));
      netlink.up("left", true);
      assertEquals(new Attachments.On(0, List.of("noqueue")), attachments.on(left));
      Namespaces.in(namespace, () -> promiscuous(left));
      assertEquals(1, attachments.on(left).promiscuity());
      assertEquals(0, attachments.on(netlink.link("right").index()).promiscuity());
    }
  }

  /** Before it is up the kernel may name a discipline that passes nothing. */
  private static Attachments.On down(Attachments.On on) {
    List<String> kinds = on.disciplines().stream().filter(kind -> !kind.equals("noop")).toList();
    return new Attachments.On(on.promiscuity(), kinds);
  }

  private static Void promiscuous(int index) throws LinuxException {
    try (NetlinkSocket socket = NetlinkSocket.open(0, false);
        Arena arena = Arena.ofConfined()) {
      NetlinkRequest request =
          new NetlinkRequest(arena, Libc.RTM_SETLINK(), Libc.NLM_F_ACK())
              .link(index, IFF_PROMISC, IFF_PROMISC);
      assertEquals(0, socket.send(request.finish(1)));
      NetlinkReader reader = new NetlinkReader();
      assertEquals(0, socket.receive(reader));
      reader.next();
      assertEquals(0, reader.error());
      return null;
    }
  }

  @Test
  void anInterfaceThatIsNotThereIsNamed() throws Exception {
    try (Fd namespace = Rights.namespace();
        Attachments attachments = Namespaces.in(namespace, Attachments::open)) {
      LinuxException e = assertThrows(LinuxException.class, () -> attachments.on(777));
      assertEquals(Errno.ENODEV, e.errno());
    }
  }
}

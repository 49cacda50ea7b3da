package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.epoll_event;

/** The facade spells some of the kernel's numbers out; the generated bindings know them. */
class ConstantsTest {
  @Test
  void epoll() {
    assertEquals(Libc.EPOLLIN(), Epoll.IN);
    assertEquals(Libc.EPOLLOUT(), Epoll.OUT);
    assertEquals(Libc.EPOLLERR(), Epoll.ERR);
    assertEquals(Libc.EPOLLHUP(), Epoll.HUP);
    assertEquals(Libc.EPOLLRDHUP(), Epoll.RDHUP);
    assertEquals(Libc.EPOLLET(), Epoll.EDGE);
    assertEquals(12, epoll_event.sizeof());
  }

  @Test
  void poll() {
    assertEquals(Libc.POLLIN(), Poll.IN);
    assertEquals(Libc.POLLOUT(), Poll.OUT);
    assertEquals(Libc.POLLERR(), Poll.ERR);
    assertEquals(Libc.POLLHUP(), Poll.HUP);
    assertEquals(Libc.POLLNVAL(), Poll.NVAL);
  }

  @Test
  void memory() {
    assertEquals(Libc.PROT_READ(), Mapping.READ);
    assertEquals(Libc.PROT_WRITE(), Mapping.WRITE);
    assertEquals(Libc.F_SEAL_SEAL(), Memfd.SEAL_SEAL);
    assertEquals(Libc.F_SEAL_SHRINK(), Memfd.SEAL_SHRINK);
    assertEquals(Libc.F_SEAL_GROW(), Memfd.SEAL_GROW);
  }
}

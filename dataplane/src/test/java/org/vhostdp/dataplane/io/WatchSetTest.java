package org.vhostdp.dataplane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.frontend.vhostuser.Leaks;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.linux.Epoll;
import org.vhostdp.linux.EventFd;

/** Watches, above all two of one descriptor. */
class WatchSetTest {
  private static Set<Watch> ready(WatchSet set) {
    Set<Watch> ready = new HashSet<>();
    int n = set.await(0);
    for (int i = 0; i < n; i++) {
      Watch watch = set.ready(i);
      if (watch != null) {
        assertEquals(Epoll.IN, watch.happened(set.events(i)));
        ready.add(watch);
      }
    }
    return ready;
  }

  @Test
  void twoPairsWatchOneDescriptor() throws Exception {
    Leaks before = Leaks.settled();
    try (WatchSet set = new WatchSet();
        EventFd shared = EventFd.create()) {
      QueuePair one = new QueuePair(null);
      QueuePair two = new QueuePair(null);
      Watch first = set.watch(one, shared.fd().raw(), Watch.READABLE, false);
      Watch second = set.watch(two, shared.fd().raw(), Watch.READABLE, false);
      Watch third = set.watch(two, shared.fd().raw(), Watch.READABLE, false);
      shared.signal();
      assertEquals(Set.of(), ready(set), "nobody wants it");
      first.want(true);
      second.want(true);
      assertEquals(Set.of(first, second), ready(set));
      assertEquals(Set.of(first, second), ready(set), "level triggered");
      third.want(true);
      first.want(false);
      assertEquals(Set.of(second, third), ready(set));
      shared.drain();
      assertEquals(Set.of(), ready(set));
      shared.signal();
      WatchSet.forget(second);
      first.want(true);
      assertEquals(Set.of(first, third), ready(set));
      WatchSet.forget(first);
      assertEquals(Set.of(third), ready(set));
      Watch again = set.watch(one, shared.fd().raw(), Watch.READABLE, false);
      again.want(true);
      assertEquals(Set.of(again, third), ready(set));
      assertSame(two, third.pair());
      WatchSet.forget(again);
      WatchSet.forget(third);
      assertEquals(Set.of(), ready(set));
    }
    before.awaitSame("all is closed");
  }

  @Test
  void twoPairsWatchOneDescriptorForKicks() throws Exception {
    try (WatchSet set = new WatchSet();
        EventFd shared = EventFd.create()) {
      Watch first = set.watch(new QueuePair(null), shared.fd().raw(), Watch.READABLE, true);
      Watch second = set.watch(new QueuePair(null), shared.fd().raw(), Watch.READABLE, true);
      for (int i = 0; i < 3; i++) {
        shared.signal();
        assertEquals(Set.of(first, second), ready(set));
        shared.drain();
      }
      for (Watch watch : List.of(first, second)) {
        WatchSet.forget(watch);
      }
    }
  }

  @Test
  void nothingIsWatchedForADescriptorBelowZero() throws Exception {
    try (WatchSet set = new WatchSet()) {
      assertNull(set.watch(new QueuePair(null), -1, Watch.READABLE, true));
      set.wake();
      assertEquals(Set.of(), ready(set));
      PortBed.pause(1);
      assertEquals(0, set.await(0), "one signal, once");
    }
  }
}

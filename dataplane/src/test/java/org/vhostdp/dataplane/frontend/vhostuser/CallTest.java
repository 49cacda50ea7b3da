package org.vhostdp.dataplane.frontend.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vhostdp.guest.twin.Feature;
import org.vhostdp.guest.twin.NetQueue;
import org.vhostdp.guest.twin.Request;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.guest.twin.Virtqueue;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.Poll;
import org.vhostdp.linux.UnixSocket;

/** What tells the guest: SET_VRING_CALL and SET_VRING_ERR; and descriptors that block. */
class CallTest {
  private static final TwinOptions NO_EVENT_IDX = TwinOptions.defaults().minus(Feature.EVENT_IDX);

  /** Only ends a hang. */
  private static final int LIMIT_MILLIS = 30_000;

  private PortBed bed;
  private final MemorySegment word = Arena.ofAuto().allocate(8, 8);
  private final CallState state = new CallState(Arena.ofAuto());

  @BeforeEach
  void open() throws Exception {
    bed = PortBed.echoing();
  }

  @AfterEach
  void close() {
    bed.close();
  }

  @Test
  void interruptsMayBeSetUpBeforeFeatures() throws IOException {
    try (Talk talk = bed.talk();
        EventFd event = EventFd.create()) {
      talk.client.setProtocolFeatures(talk.client.getProtocolFeatures());
      for (int ring = 0; ring < 3; ring++) {
        talk.accepted(Request.SET_VRING_CALL, Talk.u64(ring), event.fd());
      }
    }
    TwinOptions dpdk =
        TwinOptions.defaults().withOrder(TwinOptions.Order.DPDK, TwinOptions.Kick.EVENTFD);
    try (TwinDevice guest = bed.guest("p", dpdk)) {
      Echo.check(guest.net().pair(0), 300);
    }
  }

  /** Sends one frame and waits until something is readable. */
  private boolean interrupted(NetQueue queue, int fd) throws IOException {
    Echo echo = new Echo(queue);
    queue.receiveQueue().ring().interrupts(true);
    assertTrue(echo.send());
    queue.flush();
    return readable(fd, LIMIT_MILLIS);
  }

  private static boolean readable(int fd, int millis) throws IOException {
    Poll poll = new Poll(1);
    poll.set(0, fd, Poll.IN);
    return poll.await(millis) > 0;
  }

  @Test
  void aPipeIsSignalledLikeAnEventfd() throws IOException {
    UnixSocket[] pipe = UnixSocket.pair();
    try (UnixSocket ours = pipe[0];
        UnixSocket theirs = pipe[1];
        TwinDevice guest = bed.guest("p", NO_EVENT_IDX)) {
      guest.client().setVringCall(0, theirs.fd());
      assertTrue(interrupted(guest.net().pair(0), ours.fd().raw()));
      assertEquals(8, Io.read(state, ours.fd().raw(), word, 8));
    }
  }

  @Test
  void theCallDescriptorIsReplacedLiveAndSignalledOnce() throws IOException {
    try (TwinDevice guest = bed.guest("p", NO_EVENT_IDX);
        EventFd second = EventFd.create()) {
      Echo.check(guest.net().pair(0), 200);
      Leaks before = Leaks.now();
      guest.client().setVringCall(0, second.fd());
      assertTrue(readable(second.fd().raw(), LIMIT_MILLIS), "what came before must not be missed");
      second.drain();
      assertTrue(interrupted(guest.net().pair(0), second.fd().raw()));
      guest.client().setVringCall(0, null);
      assertEquals(before.owned() - 1, Leaks.now().owned());
      guest.client().setVringCall(0, second.fd());
      before.awaitSame("replaced call descriptors");
    }
  }

  @Test
  void aBrokenRingIsReportedAndTheOtherOnesGoOn() throws IOException {
    try (TwinDevice guest = bed.guest("p", TwinOptions.defaults())) {
      Virtqueue tx = guest.net().pair(0).transmitQueue();
      tx.ring().add(0x1234_5678_9abcL, 100, false);
      tx.flush();
      tx.kick();
      PortBed.await("the error descriptor", tx::errorSignalled);
      PortBed.await("the ring's end", () -> !bed.port().status().rings().get(1).running());
      PortBed.await("its fault", () -> bed.port().status().rings().get(1).fault() != null);
      assertTrue(bed.port().status().rings().get(0).running());
      assertTrue(bed.port().attached());
    }
    try (TwinDevice guest = bed.guest("p", TwinOptions.defaults())) {
      Echo.check(guest.net().pair(0), 300);
    }
  }

  @Test
  void aCallDescriptorThatBlocksHoldsUpNobody() throws Exception {
    bed.serve(PortBed.spec("other", 1), PortBed.loopback());
    try (EventFd full = EventFd.create();
        TwinDevice hostile = bed.guest("p", NO_EVENT_IDX);
        TwinDevice other = bed.guest("other", TwinOptions.defaults())) {
      word.set(ValueLayout.JAVA_LONG, 0, -2L);
      assertEquals(8, Io.write(state, full.fd().raw(), word, 8));
      Io.setNonBlocking(full.fd().raw(), false);
      // One more signal would sleep in the kernel until somebody reads; nobody does.
      hostile.client().setVringCall(0, full.fd());
      hostile.net().pair(0).receiveQueue().ring().interrupts(true);
      Echo echo = new Echo(hostile.net().pair(0));
      for (int i = 0; i < 20; i++) {
        echo.send();
      }
      hostile.net().pair(0).flush();
      try {
        Echo.check(other.net().pair(0), 1000);
        hostile.client().getFeatures();
      } finally {
        // Lets a thread that sleeps in it go, so that the failure can be reported.
        Io.read(state, full.fd().raw(), word, 8);
      }
    }
  }

  @Test
  void aKickDescriptorThatBlocksHoldsUpNobody() throws Exception {
    bed.serve(PortBed.spec("other", 1), PortBed.loopback());
    UnixSocket[] pipe = UnixSocket.pair();
    try (UnixSocket ours = pipe[0];
        UnixSocket theirs = pipe[1];
        TwinDevice hostile = bed.guest("p", TwinOptions.defaults());
        TwinDevice other = bed.guest("other", TwinOptions.defaults());
        Arena arena = Arena.ofConfined()) {
      hostile.client().setVringKick(1, theirs.fd());
      // As many bytes as one read takes: the next read would wait for more.
      assertEquals(4096, Io.write(state, ours.fd().raw(), arena.allocate(4096), 4096));
      Echo.check(other.net().pair(0), 1000);
      hostile.client().setVringKick(1, hostile.net().pair(0).transmitQueue().kickFd());
      Echo.check(hostile.net().pair(0), 100);
    }
  }
}

package org.vhostdp.dataplane.frontend.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.guest.twin.Feature;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.guest.twin.VhostUserClient;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.UnixSocket;

/** Front-ends come and go; the port stays. */
class ReattachTest {
  private PortBed bed;

  @BeforeEach
  void open() throws Exception {
    bed = new PortBed(1);
  }

  @AfterEach
  void close() {
    bed.close();
  }

  private VhostUserPort serve() throws Exception {
    return bed.serve(PortBed.spec("p", 1), PortBed.loopback());
  }

  @Test
  void oneFrontEndAfterAnotherIsServed() throws Exception {
    VhostUserPort port = serve();
    bed.guest("p", TwinOptions.defaults()).close();
    PortBed.awaitEnd(port);
    Leaks before = Leaks.settled();
    for (int i = 0; i < 10; i++) {
      long layout = i % 2 == 0 ? Feature.RING_PACKED : 0;
      try (TwinDevice guest = bed.guest("p", TwinOptions.defaults().plus(layout))) {
        Echo.check(guest.net().pair(0), 200);
        assertTrue(port.attached());
      }
    }
    assertEquals(11, port.sessions());
    before.awaitSame("ten sessions");
    assertEquals(0, port.status().features());
    assertEquals(0, port.status().memoryRegions());
    assertFalse(port.attached());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Feature.RING_PACKED})
  void aFrontEndThatDiesUnderTrafficLeavesNothing(long layout) throws Exception {
    VhostUserPort port = serve();
    Leaks before = Leaks.now();
    for (int i = 0; i < 20; i++) {
      try (TwinDevice guest = bed.guest("p", TwinOptions.defaults().plus(layout))) {
        Echo echo = new Echo(guest.net().pair(0));
        for (int sent = 0; sent < 10 * i && echo.send(); sent++) {
          guest.net().pair(0).flush();
        }
        // A killed process says no word more: its socket and its memory are gone.
        guest.client().close();
      }
    }
    before.awaitSame("twenty dead front-ends");
    assertTrue(port.running());
    try (TwinDevice guest = bed.guest("p", TwinOptions.defaults())) {
      // Frames of the dead may still come out of the driver: they are not the new guest's.
      Echo.pastOthers(guest.net().pair(0)).run(300);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Feature.RING_PACKED})
  void aGuestGoesOnWithItsRingsInANewSession(long layout) throws Exception {
    VhostUserPort port = serve();
    try (TwinDevice guest = bed.guest("p", TwinOptions.defaults().plus(layout))) {
      Echo echo = new Echo(guest.net().pair(0));
      for (int i = 0; i < 10; i++) {
        echo.run(77);
        guest.client().close();
        PortBed.await("the session's end", () -> !port.attached());
        guest.reattach(VhostUserClient.connect(bed.socket("p")));
      }
      echo.run(500);
    }
  }

  @Test
  void aSecondFrontEndWaitsForTheFirst() throws Exception {
    serve();
    CompletableFuture<Integer> second = new CompletableFuture<>();
    Thread waiting;
    try (TwinDevice first = bed.guest("p", TwinOptions.defaults())) {
      waiting =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (VhostUserClient client = VhostUserClient.connect(bed.socket("p"))) {
                      client.timeout(20_000);
                      second.complete(client.getQueueNum());
                    } catch (IOException e) {
                      second.completeExceptionally(e);
                    }
                  });
      Echo.check(first.net().pair(0), 1000);
      assertFalse(second.isDone());
    }
    assertEquals(1, second.get());
    waiting.join();
  }

  @Test
  void inClientModeThePortConnectsAgainAndAgain() throws Exception {
    try (UnixSocket listener = UnixSocket.listen(bed.socket("qemu"), 0600)) {
      VhostUserPort port =
          bed.add(PortBed.spec("c", 1), SocketSpec.client(bed.socket("qemu")), PortBed.loopback());
      for (int i = 0; i < 3; i++) {
        VhostUserClient client = VhostUserClient.accept(listener);
        try (TwinDevice guest = TwinDevice.start(client, null, TwinOptions.defaults())) {
          Echo.check(guest.net().pair(0), 200);
        }
      }
      assertEquals(3, port.sessions());
    }
  }

  @Test
  void inClientModeNobodyNeedListenYet() throws Exception {
    VhostUserPort port =
        bed.add(PortBed.spec("c", 1), SocketSpec.client(bed.socket("later")), PortBed.loopback());
    PortBed.pause(700);
    assertTrue(port.running());
    assertFalse(port.attached());
    try (UnixSocket listener = UnixSocket.listen(bed.socket("later"), 0600);
        VhostUserClient client = VhostUserClient.accept(listener)) {
      assertEquals(1, client.getQueueNum());
    }
  }

  @Test
  void aListenerMayBeHandedOver() throws Exception {
    UnixSocket listener = UnixSocket.listen(bed.socket("given"), 0600);
    VhostUserPort port =
        bed.add(
            PortBed.spec("g", 1), SocketSpec.passed(listener.fd().duplicate()), PortBed.loopback());
    for (int i = 0; i < 2; i++) {
      try (TwinDevice guest = bed.guest("given", TwinOptions.defaults())) {
        Echo.check(guest.net().pair(0), 100);
      }
    }
    assertTrue(port.running());
    listener.close();
  }

  @Test
  void aHandedOverConnectionEndsWithItsFrontEnd() throws Exception {
    UnixSocket[] pair = UnixSocket.pair();
    VhostUserPort port =
        bed.add(
            PortBed.spec("g", 1), SocketSpec.passed(pair[0].fd().duplicate()), PortBed.loopback());
    pair[0].close();
    VhostUserClient client = VhostUserClient.over(pair[1]);
    try (TwinDevice guest = TwinDevice.start(client, null, TwinOptions.defaults())) {
      Echo.check(guest.net().pair(0), 100);
      assertTrue(port.running());
    }
    PortBed.await("the port's end", () -> !port.running());
  }

  @Test
  void theSocketIsTheOperatorsAloneAndGoesWithThePort() throws Exception {
    Leaks before = Leaks.now();
    try (PortBed own = new PortBed(1)) {
      VhostUserPort port = own.serve(PortBed.spec("s", 1), PortBed.loopback());
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(own.socket("s"))));
      assertThrows(LinuxException.class, () -> own.serve(PortBed.spec("s", 1), PortBed.loopback()));
      port.close();
      assertFalse(Files.exists(own.socket("s")));
      port.close();
    }
    before.awaitSame("a closed port");
  }

  @Test
  void aPortClosesWhileItsFrontEndIsInTheMiddle() throws Exception {
    Leaks before = Leaks.now();
    for (int i = 0; i < 30; i++) {
      try (PortBed own = new PortBed(1)) {
        VhostUserPort port = own.serve(PortBed.spec("s", 1), PortBed.loopback());
        VhostUserClient torn = VhostUserClient.connect(own.socket("s"));
        torn.rawBytes(new byte[i % 12 + 1]);
        if (i % 3 == 0) {
          PortBed.await("the session", port::attached);
        }
        Thread leaving = Thread.ofPlatform().start(torn::close);
        port.close();
        leaving.join();
      }
    }
    before.awaitSame("ports closed amid a message");
  }

  @Test
  void aFrontEndThatReadsNoAnswersHoldsUpOnlyItself() throws Exception {
    VhostUserPort port = serve();
    bed.serve(PortBed.spec("other", 1), PortBed.loopback());
    try (VhostUserClient deaf = VhostUserClient.connect(bed.socket("p"));
        TwinDevice other = bed.guest("other", TwinOptions.defaults())) {
      Thread flood =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (true) {
                        deaf.raw(1, 1, new byte[0]);
                      }
                    } catch (IOException | IllegalStateException e) {
                      assertTrue(port.running());
                    }
                  });
      Echo.check(other.net().pair(0), 5000);
      assertNull(other.net().pair(0).receiveQueue().errorSignalled() ? "error" : null);
      deaf.socket().shutdown();
      flood.join();
    }
  }
}

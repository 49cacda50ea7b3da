package org.vhostdp.dataplane.frontend.vhostuser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.port.PortSpec;
import org.vhostdp.guest.twin.BackendChannel;
import org.vhostdp.guest.twin.Feature;
import org.vhostdp.guest.twin.Packets;
import org.vhostdp.guest.twin.Request;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Threads;

/** NET_SET_MTU, SEND_RARP, configuration space, the back-end's own messages, RESET_DEVICE. */
class DeviceMessagesTest {
  private static final byte[] MAC = {0x52, 0x54, 0, 1, 2, 3};

  private PortBed bed;

  @BeforeEach
  void open() throws Exception {
    bed = new PortBed(1);
    bed.serve(new PortSpec("p", 2, 9000, MAC, -1L), PortBed.loopback());
  }

  @AfterEach
  void close() {
    bed.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 67, 65_536, 0x1_0000_05DCL, -1, Long.MIN_VALUE})
  void anMtuOutsideTheProtocolIsRefused(long mtu) throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      talk.refused(Request.NET_SET_MTU, Talk.u64(mtu));
      talk.fatal(Request.NET_SET_MTU, Talk.u64(mtu));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {68, 1500, 9000})
  void anMtuOfTheDriverIsTaken(long mtu) throws IOException {
    try (TwinDevice guest = bed.guest("p", TwinOptions.defaults())) {
      Echo echo = new Echo(guest.net().pair(0));
      echo.run(100);
      guest.client().netSetMtu((int) mtu);
      assertTrue(bed.port().status().rings().get(0).running());
      if (mtu >= 1500) {
        echo.run(100);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {9001, 65_535})
  void anMtuBeyondTheDriverIsRefusedBeforeRingsRunToo(long mtu) throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      talk.refused(Request.NET_SET_MTU, Talk.u64(mtu));
      talk.accepted(Request.NET_SET_MTU, Talk.u64(9000));
    }
    try (TwinDevice guest = bed.guest("p", TwinOptions.defaults())) {
      Echo echo = new Echo(guest.net().pair(0));
      echo.run(100);
      byte[] message = Talk.u64(mtu);
      guest.client().raw(Request.NET_SET_MTU, 9, message);
      assertEquals(1, guest.client().rawReply(30_000)[0]);
      echo.run(100);
    }
  }

  @Test
  void theAnnouncementIsSeenOnTheWire() throws Exception {
    bed.serve(PortBed.spec("wire", 1), WirePeer.end("rarp"));
    try (WirePeer peer = WirePeer.join("rarp");
        TwinDevice guest = bed.guest("wire", TwinOptions.defaults())) {
      guest.client().sendRarp(Packets.mac(MAC));
      List<byte[]> frames = peer.receive();
      assertEquals(1, frames.size());
      String rarp =
          "ffffffffffff"
              + "525400010203"
              + "8035"
              + "0001"
              + "0800"
              + "06"
              + "04"
              + "0003"
              + "525400010203"
              + "00000000"
              + "525400010203"
              + "00000000";
      assertEquals(
          rarp + "00".repeat(18), HexFormat.of().formatHex(frames.get(0)), "60 bytes, RFC 903");
    }
  }

  @Test
  void anAnnouncementBeforeRingsRunHarmsNobody() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      talk.accepted(Request.SEND_RARP, Talk.u64(1));
    }
  }

  @Test
  void theConfigurationSpaceIsReadByteByByte() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      byte[] all = talk.client.getConfig(0, 256);
      assertArrayEquals(MAC, Arrays.copyOf(all, 6));
      assertEquals(1, all[6], "link up");
      assertEquals(2, all[8], "queue pairs");
      assertEquals(9000, (all[10] & 0xFF) | (all[11] & 0xFF) << 8, "MTU");
      for (int i = 0; i < 256; i++) {
        assertEquals(all[i], talk.client.getConfig(i, 1)[0], "byte " + i);
        assertArrayEquals(
            Arrays.copyOfRange(all, i, 256), talk.client.getConfig(i, 256 - i), "from " + i);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "256, 1, 1", "255, 2, 2", "0, 0, 0", "1, 256, 256", "-1, 1, 1", "-1, 2, 2",
    "0, 8, 9", "0, 9, 8", "2147483647, 1, 1", "0, -1, 1", "4, -4, 0", "-2147483648, 1, 1"
  })
  void configurationOutOfRangeIsAnsweredWithNothing(int offset, int size, int room)
      throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      talk.client.raw(Request.GET_CONFIG, Request.VERSION, Talk.config(offset, size, room));
      assertEquals(0, talk.client.rawReply(30_000).length);
      assertArrayEquals(MAC, talk.client.getConfig(0, 6), "the session goes on");
    }
  }

  @Test
  void theConfigurationSpaceIsNotWritten() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      byte[] before = talk.client.getConfig(0, 256);
      for (int size : new int[] {1, 6, 256}) {
        talk.refused(Request.SET_CONFIG, Talk.config(0, size, size));
      }
      talk.refused(Request.SET_CONFIG, Talk.config(-1, 2, 2));
      assertArrayEquals(before, talk.client.getConfig(0, 256));
      talk.fatal(Request.SET_CONFIG, Talk.config(0, 6, 6));
    }
  }

  @Test
  void aChangedLinkIsToldToTheFrontEnd() throws Exception {
    VhostUserPort port = bed.serve(PortBed.spec("wire", 1), WirePeer.end("link"));
    try (TwinDevice guest = bed.guest("wire", TwinOptions.defaults())) {
      BackendChannel channel = guest.backendChannel();
      assertEquals(0, guest.config().status() & 1, "nobody at the other end");
      for (int i = 0; i < 3; i++) {
        WirePeer peer = WirePeer.join("link");
        assertEquals(BackendChannel.CONFIG_CHANGE_MSG, channel.poll(30_000));
        assertEquals(0, channel.payload().length);
        assertEquals(1, guest.client().getConfig(6, 1)[0] & 1);
        assertTrue(port.status().linkUp());
        peer.close();
        assertEquals(BackendChannel.CONFIG_CHANGE_MSG, channel.poll(30_000));
        assertEquals(0, guest.client().getConfig(6, 1)[0] & 1);
        assertFalse(port.status().linkUp());
      }
      assertEquals(0, channel.poll(50), "one message a change");
    }
  }

  @Test
  void aChangedLinkCostsNoFurtherTime() throws Exception {
    bed.serve(PortBed.spec("wire", 1), WirePeer.end("calm"));
    try (TwinDevice guest = bed.guest("wire", TwinOptions.defaults());
        WirePeer peer = WirePeer.join("calm")) {
      assertEquals(BackendChannel.CONFIG_CHANGE_MSG, guest.backendChannel().poll(30_000));
      PortBed.pause(200);
      // The process's compilers may still be busy with what ran before: not for ever.
      List<Long> used = new ArrayList<>();
      do {
        long before = Threads.processCpuNanos();
        PortBed.pause(500);
        used.add((Threads.processCpuNanos() - before) / 1_000_000);
      } while (used.getLast() >= 250 && used.size() < 40);
      assertTrue(used.getLast() < 250, "an idle process used ms of CPU time in 500 ms: " + used);
      assertTrue(peer.receive().isEmpty());
    }
  }

  @Test
  void aFrontEndThatDoesNotListenIsLeftAlone() throws Exception {
    bed.serve(PortBed.spec("wire", 1), WirePeer.end("deaf"));
    try (TwinDevice guest = bed.guest("wire", TwinOptions.defaults())) {
      for (int i = 0; i < 100; i++) {
        WirePeer.join("deaf").close();
        guest.client().getFeatures();
      }
      guest.backendChannel().close();
      WirePeer.join("deaf").close();
      guest.client().getFeatures();
    }
  }

  @Test
  void theBackEndsChannelIsReplacedAndNeedNotBeASocket() throws Exception {
    VhostUserPort port = bed.serve(PortBed.spec("wire", 1), WirePeer.end("channel"));
    try (Talk talk = Talk.to(bed.socket("wire"));
        EventFd event = EventFd.create()) {
      talk.negotiated();
      Leaks before = Leaks.now();
      for (int i = 0; i < 20; i++) {
        talk.accepted(Request.SET_BACKEND_REQ_FD, Talk.none(), event.fd());
      }
      assertEquals(before.owned() + 1, Leaks.now().owned());
      try (WirePeer peer = WirePeer.join("channel")) {
        PortBed.await("link up", () -> port.status().linkUp());
        assertTrue(peer.receive().isEmpty());
      }
      before.awaitSame("a channel that is no socket");
    }
  }

  @Test
  void resetForgetsTheNegotiationAndKeepsTheSession() throws IOException {
    try (TwinDevice guest = bed.guest("p", TwinOptions.defaults())) {
      Echo.check(guest.net().pair(0), 300);
      guest.client().resetDevice();
      assertEquals(0, bed.port().status().features());
      for (var ring : bed.port().status().rings()) {
        assertFalse(ring.running());
        assertEquals(0, ring.size());
      }
      assertEquals(0, guest.client().getVringBase(1), "indices start again");
      guest.queues().forEach(queue -> queue.ring().reset());
      assertTrue((guest.client().getFeatures() & Feature.VERSION_1) != 0);
    }
    try (TwinDevice guest = bed.guest("p", TwinOptions.defaults())) {
      Echo.check(guest.net().pair(0), 300);
    }
  }

  @Test
  void resetClosesTheRingsDescriptors() throws IOException {
    try (Talk talk = bed.talk().negotiated();
        EventFd event = EventFd.create()) {
      Leaks before = Leaks.now();
      for (int ring = 0; ring < 5; ring++) {
        talk.accepted(Request.SET_VRING_KICK, Talk.u64(ring), event.fd());
        talk.accepted(Request.SET_VRING_CALL, Talk.u64(ring), event.fd());
        talk.accepted(Request.SET_VRING_ERR, Talk.u64(ring), event.fd());
      }
      assertEquals(before.owned() + 15, Leaks.now().owned());
      talk.accepted(Request.RESET_DEVICE, Talk.none());
      before.awaitSame("afterwards");
    }
  }
}

package org.vhostdp.dataplane.frontend.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vhostdp.guest.twin.Feature;
import org.vhostdp.guest.twin.ProtocolFeature;
import org.vhostdp.guest.twin.Request;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.guest.twin.VhostUserRefused;

/** Features, protocol features, owner and status. */
class NegotiationTest {
  private static final long BASE = Feature.VERSION_1 | Feature.PROTOCOL_FEATURES;

  private PortBed bed;

  @BeforeEach
  void open() throws Exception {
    bed = PortBed.echoing();
  }

  @AfterEach
  void close() {
    bed.close();
  }

  private boolean running(int ring) {
    return bed.port().status().rings().get(ring).running();
  }

  @Test
  void whatIsImplementedIsOffered() throws IOException {
    try (Talk talk = bed.talk()) {
      long offered = talk.client.getFeatures();
      long here =
          BASE
              | Feature.MRG_RXBUF
              | Feature.INDIRECT_DESC
              | Feature.EVENT_IDX
              | Feature.RING_PACKED
              | Feature.IN_ORDER
              | Feature.CTRL_VQ
              | Feature.CSUM
              | Feature.GUEST_CSUM
              | Feature.HOST_TSO4
              | Feature.GUEST_TSO4
              | Feature.HASH_REPORT;
      assertEquals(here, offered & here);
      long notHere =
          Feature.LOG_ALL
              | Feature.ACCESS_PLATFORM
              | Feature.RING_RESET
              | Feature.RSS
              | Feature.NOTF_COAL
              | Feature.MQ;
      assertEquals(0, offered & notHere, "of a port with one queue pair");
      long protocol =
          ProtocolFeature.MQ
              | ProtocolFeature.RARP
              | ProtocolFeature.REPLY_ACK
              | ProtocolFeature.NET_MTU
              | ProtocolFeature.BACKEND_REQ
              | ProtocolFeature.CONFIG
              | ProtocolFeature.RESET_DEVICE
              | ProtocolFeature.CONFIGURE_MEM_SLOTS
              | ProtocolFeature.STATUS;
      assertEquals(protocol, talk.client.getProtocolFeatures());
    }
  }

  @Test
  void featuresThatWereNotOfferedAreRefused() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      long offered = talk.client.getFeatures();
      for (int bit = 0; bit < 64; bit++) {
        if ((offered >>> bit & 1) == 0) {
          talk.refused(Request.SET_FEATURES, Talk.u64(BASE | 1L << bit));
          assertEquals(0, bed.port().status().features());
        }
      }
      talk.accepted(Request.SET_FEATURES, Talk.u64(offered));
      assertEquals(offered, bed.port().status().features());
      talk.fatal(Request.SET_FEATURES, Talk.u64(Feature.LOG_ALL));
    }
  }

  @Test
  void protocolFeaturesThatWereNotOfferedAreRefused() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      long offered = talk.client.getProtocolFeatures();
      for (int bit = 0; bit < 64; bit++) {
        if ((offered >>> bit & 1) == 0) {
          talk.refused(Request.SET_PROTOCOL_FEATURES, Talk.u64(offered | 1L << bit));
        }
      }
      talk.fatal(Request.SET_PROTOCOL_FEATURES, Talk.u64(ProtocolFeature.LOG_SHMFD));
    }
  }

  @Test
  void theMessageThatNegotiatesAnswersIsAnsweredItself() throws IOException {
    try (Talk talk = bed.talk()) {
      talk.accepted(Request.SET_PROTOCOL_FEATURES, Talk.u64(ProtocolFeature.REPLY_ACK));
      talk.accepted(Request.SET_OWNER, Talk.none());
    }
  }

  @Test
  void withoutReplyAckNobodyIsAnswered() throws IOException {
    try (Talk talk = bed.talk()) {
      talk.client.raw(Request.SET_OWNER, Request.VERSION | Request.NEED_REPLY, Talk.none());
      // The next thing that comes is the answer to this one.
      assertEquals(1, talk.client.getQueueNum());
      talk.client.raw(Request.SET_CONFIG, Request.VERSION | Request.NEED_REPLY, new byte[13]);
      talk.ends("a refusal that cannot be told");
    }
  }

  @Test
  void theConfigurationSpaceIsOfferedPerPort() throws Exception {
    SocketSpec socket = SocketSpec.server(bed.socket("plain"), 0600).withConfigSpace(false);
    bed.add(PortBed.spec("plain", 1), socket, PortBed.loopback());
    try (Talk talk = Talk.to(bed.socket("plain"))) {
      assertEquals(0, talk.client.getProtocolFeatures() & ProtocolFeature.CONFIG);
      talk.fatal(Request.SET_PROTOCOL_FEATURES, Talk.u64(ProtocolFeature.CONFIG));
    }
  }

  @Test
  void featuresStayAsTheyAreWhileRingsRun() throws IOException {
    try (TwinDevice guest = bed.guest("p", TwinOptions.defaults())) {
      Echo.check(guest.net().pair(0), 100);
      assertThrows(VhostUserRefused.class, () -> guest.client().setFeatures(BASE));
      assertThrows(VhostUserRefused.class, () -> guest.client().setFeatures(guest.features() ^ 1L));
      assertEquals(guest.features(), bed.port().status().features());
      guest.client().setFeatures(guest.features());
      assertTrue(running(0) && running(1), "the same features again disable no ring");
      guest.client().setProtocolFeatures(guest.client().getProtocolFeatures());
      assertTrue(running(0) && running(1));
    }
  }

  @Test
  void withoutProtocolFeaturesRingsNeedNotBeEnabled() throws IOException {
    TwinOptions options = TwinOptions.defaults().minus(Feature.PROTOCOL_FEATURES);
    try (TwinDevice guest = bed.guest("p", options)) {
      Echo.check(guest.net().pair(0), 500);
    }
  }

  @Test
  void queuePairsAreCounted() throws Exception {
    bed.serve(PortBed.spec("four", 4), PortBed.loopback());
    bed.serve(PortBed.spec("two", 4), PortBed.loopback("queues", "2"));
    try (Talk four = Talk.to(bed.socket("four"));
        Talk two = Talk.to(bed.socket("two"))) {
      assertEquals(4, four.client.getQueueNum());
      long several = Feature.MQ | Feature.RSS;
      assertEquals(several, four.client.getFeatures() & several);
      assertEquals(4, two.client.getQueueNum(), "however many the driver has");
      assertEquals(four.client.getFeatures(), two.client.getFeatures());
    }
  }

  @Test
  void resetOwnerOnlyDisablesRings() throws IOException {
    try (TwinDevice guest = bed.guest("p", TwinOptions.defaults())) {
      Echo echo = new Echo(guest.net().pair(0));
      echo.run(300);
      guest.client().resetOwner();
      assertFalse(running(0) || running(1));
      assertEquals(guest.features(), bed.port().status().features());
      guest.enable(0, true);
      echo.run(300);
    }
  }

  @Test
  void statusIsKeptAndItsResetKeepsTheIndices() throws IOException {
    try (TwinDevice guest = bed.guest("p", TwinOptions.defaults())) {
      Echo.check(guest.net().pair(0), 300);
      assertEquals(15, guest.client().getStatus());
      guest.client().setStatus(0);
      assertEquals(0, guest.client().getStatus());
      assertTrue(running(0) && running(1), "the rings are stopped by GET_VRING_BASE alone");
      assertEquals(300, guest.client().getVringBase(1));
    }
  }

  @Test
  void statusIsForgottenWithTheSession() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      talk.client.setStatus(7);
    }
    try (Talk talk = bed.talk().negotiated()) {
      assertEquals(0, talk.client.getStatus());
    }
  }
}

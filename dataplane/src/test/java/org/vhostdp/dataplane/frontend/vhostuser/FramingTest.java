package org.vhostdp.dataplane.frontend.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.guest.twin.Request;
import org.vhostdp.guest.twin.VhostUserClient;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Fd;

/** Headers, sizes and descriptors, whatever the message. */
class FramingTest {
  private static final int ASK = Request.VERSION | Request.NEED_REPLY;

  private PortBed bed;
  private EventFd event;

  @BeforeEach
  void open() throws Exception {
    bed = PortBed.echoing();
    event = EventFd.create();
  }

  @AfterEach
  void close() {
    event.close();
    bed.close();
  }

  private Fd[] events(int count) {
    Fd[] fds = new Fd[count];
    Arrays.fill(fds, event.fd());
    return fds;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 6, 7, 22, 23, 26, 27, 28, 29, 30, 31, 32, 33, 35, 41, 42, 43, 999, -1})
  void unknownAndUnofferedRequestsAreRefused(int request) throws IOException {
    Leaks before;
    try (Talk talk = bed.talk().negotiated()) {
      before = Leaks.now();
      talk.refused(request, new byte[16]);
      talk.refused(request, new byte[16], events(1));
      talk.refused(request, new byte[0], events(2));
      before.awaitSame("afterwards");
      talk.fatal(request, new byte[16], events(1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 3})
  void anotherVersionEndsTheSession(int version) throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      talk.client.raw(Request.GET_FEATURES, version | Request.NEED_REPLY, Talk.none());
      talk.ends("version " + version);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4097, 65536, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
  void aPayloadTooLargeToHoldEndsTheSession(int size) throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      talk.client.rawBytes(Talk.header(Request.SET_FEATURES, ASK, size));
      talk.ends("size " + Integer.toUnsignedString(size));
    }
  }

  @ParameterizedTest
  @EnumSource(org.vhostdp.dataplane.frontend.vhostuser.Request.class)
  void anotherSizeThanTheMessageHasIsRefused(
      org.vhostdp.dataplane.frontend.vhostuser.Request request) throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      Fd[] fds = events(request.fdsNeeded && request.fds == 1 ? 1 : 0);
      talk.refused(request.number, new byte[request.most + 1], fds);
      talk.refused(request.number, new byte[4000], fds);
      if (request.size > 0) {
        talk.refused(request.number, new byte[request.size - 1], fds);
        talk.refused(request.number, new byte[0], fds);
        talk.fatal(request.number, new byte[request.size - 1], fds);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(org.vhostdp.dataplane.frontend.vhostuser.Request.class)
  void moreDescriptorsThanTheMessageHasAreRefusedAndClosed(
      org.vhostdp.dataplane.frontend.vhostuser.Request request) throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      Leaks before = Leaks.now();
      talk.refused(request.number, new byte[request.size], events(request.fds + 1));
      talk.refused(request.number, new byte[request.size], events(40));
      talk.refused(request.number, new byte[request.size], events(253));
      if (request.fdsNeeded && request.fds > 0) {
        talk.refused(request.number, new byte[request.size]);
      }
      before.awaitSame("afterwards");
    }
  }

  @Test
  void aFloodOfDescriptorsIsClosed() throws IOException {
    Leaks before = Leaks.now();
    try (Talk talk = bed.talk().negotiated()) {
      Leaks during = Leaks.now();
      // The kernel takes 253 at a time: 300 in one message come in two parts.
      talk.client.rawBytes(Talk.header(Request.SET_MEM_TABLE, ASK, 8), events(253));
      talk.client.rawBytes(Talk.table(0, 0), events(47));
      assertNotEquals(0, talk.client.rawReply(30_000)[0]);
      talk.client.getFeatures();
      during.awaitSame("afterwards");
      for (int i = 0; i < 50; i++) {
        talk.refused(Request.SET_VRING_CALL, Talk.u64(0), events(253));
      }
      during.awaitSame("afterwards");
      talk.client.rawBytes(Talk.header(Request.SET_MEM_TABLE, Request.VERSION, 8), events(253));
      talk.client.rawBytes(Talk.table(0, 0), events(47));
      talk.ends("300 descriptors");
    }
    before.awaitSame("the flood");
  }

  @Test
  void descriptorsMayComeWithThePayload() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      talk.client.rawBytes(Talk.header(Request.SET_VRING_CALL, ASK, 8));
      talk.client.rawBytes(Talk.u64(0), event.fd());
      assertEquals(0, talk.client.rawReply(30_000)[0]);
    }
  }

  @Test
  void aMessageInSingleBytesIsPutTogether() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      byte[] message = Arrays.copyOf(Talk.header(Request.SET_VRING_NUM, ASK, 8), 20);
      System.arraycopy(Talk.state(0, 256), 0, message, 12, 8);
      for (byte b : message) {
        talk.client.rawBytes(new byte[] {b});
      }
      assertEquals(0, talk.client.rawReply(30_000)[0]);
      assertEquals(256, bed.port().status().rings().get(0).size());
    }
  }

  @Test
  void messagesInOneWriteAreAnsweredInOrder() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      byte[] one = Talk.header(Request.GET_QUEUE_NUM, Request.VERSION, 0);
      byte[] many = new byte[12 * 100];
      for (int i = 0; i < 100; i++) {
        System.arraycopy(one, 0, many, 12 * i, 12);
      }
      talk.client.rawBytes(many);
      for (int i = 0; i < 100; i++) {
        assertEquals(1, talk.client.rawReply(30_000)[0]);
        assertEquals(Request.VERSION | Request.REPLY, talk.client.replyFlags());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 11, 12, 13, 19})
  void aTornMessageEndsOnlyItsSession(int bytes) throws Exception {
    byte[] message = Arrays.copyOf(Talk.header(Request.SET_VRING_NUM, ASK, 8), 20);
    try (VhostUserClient torn = VhostUserClient.connect(bed.socket("p"))) {
      torn.rawBytes(Arrays.copyOf(message, bytes), event.fd());
    }
    try (Talk talk = bed.talk()) {
      talk.negotiated();
    }
  }
}

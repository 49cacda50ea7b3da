package org.vhostdp.dataplane.frontend.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vhostdp.guest.twin.ControlQueue;
import org.vhostdp.guest.twin.DriverRing;
import org.vhostdp.guest.twin.Feature;
import org.vhostdp.guest.twin.NetHeader;
import org.vhostdp.guest.twin.NetQueue;
import org.vhostdp.guest.twin.RegionSpec;
import org.vhostdp.guest.twin.Request;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinMemory;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.guest.twin.VhostUserClient;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Memfd;

/** Messages that brought other back-ends down, by the number of the report. */
class KnownAttacksTest {
  private static final long PAGE = 4096;

  private PortBed bed;
  private EventFd event;
  private Fd file;

  @BeforeEach
  void open() throws Exception {
    bed = PortBed.echoing();
    event = EventFd.create();
    file = Memfd.create("attack", 16 * PAGE);
  }

  @AfterEach
  void close() {
    file.close();
    event.close();
    bed.close();
  }

  private static byte[] bytes(long... words) {
    ByteBuffer out = ByteBuffer.allocate(8 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long word : words) {
      out.putLong(word);
    }
    return out.array();
  }

  /** Adjacent regions, a frame across their boundary: each part is translated on its own. */
  @Test
  void cve_2018_1059_aBufferAcrossMemoryRegions() throws IOException {
    try (TwinMemory memory = TwinMemory.create(TwinMemory.Layout.ADJACENT, 8 << 20, 2);
        TwinDevice guest =
            TwinDevice.start(
                VhostUserClient.connect(bed.socket("p")), memory, TwinOptions.defaults())) {
      NetQueue queue = guest.net().pair(0);
      Echo.check(queue, 10);
      byte[] frame = new byte[12 + 1000];
      for (int i = 12; i < frame.length; i++) {
        frame[i] = (byte) (i * 7);
      }
      long at = memory.boundary(0) - 500;
      memory.write(at, frame);
      queue.transmitQueue().ring().add(at, frame.length, false);
      queue.transmitQueue().flush();
      byte[] back = receive(queue);
      assertEquals(-1, Arrays.mismatch(Arrays.copyOfRange(frame, 12, frame.length), back));
      // The same across the end of all memory breaks the ring and nothing else.
      queue.transmitQueue().ring().add(memory.boundary(1) - 500, frame.length, false);
      queue.transmitQueue().flush();
      PortBed.await("the broken ring", () -> queue.transmitQueue().errorSignalled());
    }
  }

  private static byte[] receive(NetQueue queue) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(NetQueue.LARGEST_FRAME);
      NetHeader header = new NetHeader();
      for (int i = 0; i < 600; i++) {
        int n = queue.receive(into, 0, header);
        if (n >= 0) {
          return into.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
        }
        queue.awaitFrame(50);
      }
    }
    throw new AssertionError("no frame came");
  }

  @Test
  void cve_2019_14818_aFloodOfDescriptorsAndRepeatedSizes() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      Leaks before = Leaks.now();
      Fd[] many = new Fd[200];
      Arrays.fill(many, event.fd());
      for (int i = 0; i < 300; i++) {
        talk.refused(Request.SET_VRING_KICK, Talk.u64(0), many);
        talk.refused(Request.SET_OWNER, Talk.none(), many);
        talk.accepted(Request.SET_VRING_NUM, Talk.state(i % 3, 1 << i % 16));
      }
      before.awaitSame("afterwards");
      for (int i = 0; i < 300; i++) {
        talk.accepted(Request.SET_VRING_CALL, Talk.u64(i % 3), event.fd());
        talk.accepted(Request.SET_VRING_ERR, Talk.u64(i % 3), event.fd());
      }
      assertEquals(before.owned() + 6, Leaks.now().owned());
    }
  }

  @Test
  void cve_2020_10722_aLogWhoseOffsetAndSizeOverflow() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      Leaks before = Leaks.now();
      talk.refused(Request.SET_LOG_BASE, bytes(-PAGE, 2 * PAGE), file);
      talk.refused(Request.SET_LOG_BASE, bytes(Long.MAX_VALUE, Long.MAX_VALUE), file);
      talk.refused(Request.SET_LOG_FD, Talk.none(), file);
      before.awaitSame("afterwards");
    }
  }

  @Test
  void cve_2020_10723_anIndexThatIsCutToEightOrSixteenBits() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      for (int high = 8; high < 32; high++) {
        int index = 1 << high | 1;
        talk.refused(Request.SET_VRING_NUM, Talk.state(index, 64));
        talk.refused(Request.SET_VRING_BASE, Talk.state(index, 64));
        talk.refused(Request.SET_VRING_ENABLE, Talk.state(index, 1));
        talk.refused(Request.GET_VRING_BASE, Talk.state(index, 0));
      }
      assertEquals(0, bed.port().status().rings().get(1).size());
    }
  }

  @Test
  void cve_2020_10725_ringAddressesThatAreBadOrHaveNoLength() throws IOException {
    try (TwinMemory memory = TwinMemory.create(1 << 20, 1);
        Talk talk = bed.talk().negotiated()) {
      long features = Feature.VERSION_1 | Feature.PROTOCOL_FEATURES;
      talk.client.setFeatures(features);
      talk.client.setMemTable(memory.regions());
      DriverRing ring = DriverRing.create(memory, 64, features);
      talk.client.setVringEnable(1, true);
      talk.client.setVringKick(1, event.fd());
      talk.accepted(
          Request.SET_VRING_ADDR,
          Talk.address(
              1,
              memory.userAddress(ring.descriptorAddress()),
              memory.userAddress(ring.deviceAddress()),
              memory.userAddress(ring.driverAddress())));
      assertFalse(bed.port().status().rings().get(1).running(), "a ring without a size");
      talk.refused(Request.SET_VRING_NUM, Talk.state(1, 0));
      talk.accepted(Request.SET_VRING_NUM, Talk.state(1, 64));
      assertTrue(bed.port().status().rings().get(1).running());
      for (long bad : new long[] {0, 1, -1, Long.MIN_VALUE, 0x7fff_ffff_f000L}) {
        talk.refused(Request.SET_VRING_ADDR, Talk.address(1, bad, bad, bad));
      }
      RegionSpec region = memory.regions().get(0);
      talk.refused(
          Request.SET_MEM_TABLE, Talk.table(1, 0, new RegionSpec(0, 0, 0, 0, region.fd())), file);
    }
  }

  @Test
  void cve_2020_10726_aFloodOfInflightMessages() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      Leaks before = Leaks.now();
      for (int i = 0; i < 500; i++) {
        talk.refused(Request.GET_INFLIGHT_FD, bytes(1L << 40, 0, 0xFFFF_FFFFL));
        talk.refused(Request.SET_INFLIGHT_FD, bytes(1L << 40, 0, 0xFFFF_FFFFL), file);
      }
      before.awaitSame("afterwards");
    }
  }

  @Test
  void cve_2021_3839_moreInflightQueuesThanThereAre() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      talk.refused(Request.SET_INFLIGHT_FD, bytes(16 * PAGE, 0, 0xFFFF_FFFFL), file);
      talk.refused(Request.SET_INFLIGHT_FD, bytes(16 * PAGE, 0, 0x40_0400L), file);
      talk.fatal(Request.SET_INFLIGHT_FD, bytes(16 * PAGE, 0, 0x40_0400L), file);
    }
  }

  @Test
  void cve_2022_0669_descriptorsLeftByInflightMessages() throws IOException {
    Leaks before;
    try (Talk talk = bed.talk().negotiated()) {
      before = Leaks.now();
      talk.refused(Request.SET_INFLIGHT_FD, bytes(0, 0, 0), file, file, file);
      talk.refused(Request.GET_INFLIGHT_FD, bytes(0, 0, 0), file);
      before.awaitSame("afterwards");
    }
  }

  @Test
  void cve_2014_0150_aMacTableWithMoreEntriesThanBytes() throws IOException {
    TwinOptions options = TwinOptions.defaults().plus(Feature.CTRL_VQ | Feature.CTRL_RX);
    try (TwinDevice guest = bed.guest("p", options)) {
      ControlQueue control = guest.net().control();
      for (int count : new int[] {1, 2, 1025, 0x2AAA_AAAB, Integer.MAX_VALUE, -1, 0x8000_0000}) {
        byte[] table = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(count).array();
        assertFalse(control.command(ControlQueue.MAC, 0, table), "count " + count);
        assertFalse(
            control.command(ControlQueue.MAC, 0, Arrays.copyOf(table, 4)), "count " + count);
      }
      assertTrue(control.command(ControlQueue.MAC, 0, new byte[8]));
      assertFalse(control.command(ControlQueue.MAC, 0, new byte[9]));
    }
  }

  @Test
  void cve_2024_6505_aTableForQueuesThatAreNotThere() throws IOException {
    TwinOptions options = TwinOptions.defaults().plus(Feature.CTRL_VQ);
    try (TwinDevice guest = bed.guest("p", options)) {
      ControlQueue control = guest.net().control();
      byte[] table = new byte[4 + 2 + 2 + 2 * 128 + 2 + 1 + 40];
      Arrays.fill(table, 4, 264, (byte) 0xFF);
      assertFalse(control.command(ControlQueue.MQ, 1, table), "RSS was not offered");
      assertFalse(control.command(ControlQueue.MQ, 2, table), "neither was its hash");
      assertFalse(control.queuePairs(2));
      assertFalse(control.queuePairs(0));
      assertFalse(control.queuePairs(0x8001));
    }
  }
}

package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.tck.harness.Faults;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;
import org.vhostdp.tck.stock.StockHarness;
import org.vhostdp.tck.stock.StockPlan;
import org.vhostdp.tck.stock.StockWires;

/** The kit's TAP wire shows what it says it shows. */
@Timeout(60)
final class TapWireTest {
  private static final int TCP4 = Offload.CSUM_PARTIAL | Offload.GSO_TCP4;
  private static final long NUMBERS = Offload.pack(34, 16, 1460, 0);

  private final StockHarness harness =
      new StockHarness(new TapDriver(), StockPlan.of(StockWires.TAP));
  private long descriptors;
  private Trial trial;

  @BeforeEach
  void open() {
    TapLab.needsPrivileges();
    descriptors = Fd.openCount();
    trial = new Trial(harness, 1, Duration.ofSeconds(20));
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    if (trial != null) {
      trial.close();
      assertEquals(descriptors, Fd.openCount());
    }
  }

  @Test
  void everyLengthCrossesBothWays() throws Exception {
    OpenPort port = trial.start();
    for (int length = 60; length <= 1514; length++) {
      crosses(port, WireFrame.plain(Frames.of(length, length)));
    }
  }

  @Test
  void aShortFrameStaysShort() throws Exception {
    OpenPort port = trial.start();
    assertTrue(port.wire().traits().contains(Trait.SHORT_FRAMES));
    for (int length : new int[] {14, 15, 26, 59}) {
      crosses(port, WireFrame.plain(Frames.of(length, length)));
    }
  }

  @Test
  void framesOfTheGreatestMtuCross() throws Exception {
    PortSettings settings = PortSettings.defaults().withMtu(65_521);
    OpenPort port = OpenPort.start(trial, new Harness.Request(1, 65_521), settings);
    crosses(port, WireFrame.plain(Frames.of(65_535, 1)));
    WireFrame longer = WireFrame.plain(Frames.of(65_536, 1));
    assertFalse(port.wire().send(longer));
  }

  @Test
  void largeFramesCrossWholeWithTheirMetadata() throws Exception {
    PortSettings settings = PortSettings.defaults().withRxOffloads(TCP4);
    OpenPort port = OpenPort.start(trial, Harness.Request.plain(), settings);
    crosses(port, new WireFrame(tcp(60_000), TCP4, NUMBERS, 0));
    crosses(port, new WireFrame(tcp(1000), Offload.CSUM_PARTIAL, Offload.pack(34, 16, 0, 0), 0));
  }

  @Test
  void vlanTagsStayInTheBytes() throws Exception {
    OpenPort port = trial.start();
    byte[] tagged = Frames.of(100, 1);
    ByteBuffer.wrap(tagged).putInt(12, 0x81002123).putShort(16, (short) 0x88b5);
    crosses(port, WireFrame.plain(tagged));
    ByteBuffer.wrap(tagged).putInt(12, 0x88a80007).putInt(16, 0x81002123).putShort(20, (short) 1);
    crosses(port, WireFrame.plain(tagged));
    byte[] plain = Frames.of(60, 2);
    port.send(new WireFrame(plain, Offload.VLAN, 0, 0x2123));
    byte[] seen = port.receive(0, 1).getFirst().bytes();
    assertEquals(64, seen.length);
    assertEquals(0x81002123, ByteBuffer.wrap(seen).getInt(12));
  }

  private static void crosses(OpenPort port, WireFrame frame) throws Exception {
    assertTrue(port.transmit(0, frame));
    assertSame(frame, port.seen(1));
    port.send(frame);
    assertSame(frame, port.receive(0, 1));
  }

  private static void assertSame(WireFrame sent, List<WireFrame> got) {
    assertEquals(1, got.size(), sent.bytes().length + " bytes");
    assertArrayEquals(sent.bytes(), got.getFirst().bytes());
    assertEquals(sent.flags(), got.getFirst().flags());
    assertEquals(sent.offload(), got.getFirst().offload());
  }

  private static byte[] tcp(int payload) {
    byte[] segment = new byte[20 + payload];
    new Random(payload).nextBytes(segment);
    segment[12] = 0x50;
    segment[13] = 0x10;
    byte[] frame = Frames.ipv4(Frames.PEER, Frames.STATION, 0xC0000201, 0xC0000202, 6, segment);
    ByteBuffer.wrap(frame).putShort(34 + 16, (short) 0);
    ByteBuffer.wrap(frame).putShort(34 + 16, (short) Frames.pseudo(frame));
    return frame;
  }

  @Test
  void aThousandFramesWaitAtThePeer() throws Exception {
    OpenPort port = trial.start();
    TapLab.needs(
        port.wire().traits().contains(Trait.DEEP),
        "a packet socket gets no room for 1024 frames: net.core.rmem_max, or CAP_NET_ADMIN in the"
            + " first user namespace");
    for (int i = 0; i < 1024; i++) {
      assertTrue(port.transmit(0, Frames.of(1514, i)));
    }
    assertEquals(1024, port.seen(1025, Duration.ofMillis(100)).size());
  }

  @Test
  void aFullPortIsToldApartFromASentFrame() throws Exception {
    OpenPort port = trial.start();
    int sent = 0;
    while (sent < 5000 && port.wire().send(WireFrame.plain(Frames.of(64, sent)))) {
      sent++;
    }
    assertTrue(sent < 5000, "the kernel's queue towards the port never filled");
    assertEquals(sent, port.receive(0, sent + 1, Duration.ofMillis(300)).size());
  }

  @Test
  void itIsSilent() throws Exception {
    OpenPort port = trial.start();
    assertTrue(port.wire().traits().contains(Trait.SILENT));
    assertEquals(List.of(), port.receive(0, 1, Duration.ofMillis(1500)));
    assertEquals(Optional.empty(), port.wire().receive(Duration.ofMillis(1)));
  }

  @Test
  void theLinkGoesDownAndComesBack() throws Exception {
    OpenPort port = trial.start();
    Faults faults = port.wire().faults().orElseThrow();
    assertTrue(faults.link(false));
    assertEquals(PortEvents.LINK_DOWN, event(port.port()));
    assertTrue(port.wire().send(WireFrame.plain(Frames.of(64, 1))));
    assertEquals(Optional.empty(), port.wire().receive(Duration.ofMillis(20)));
    assertTrue(faults.link(true));
    assertEquals(PortEvents.LINK_UP, event(port.port()));
    crosses(port, WireFrame.plain(Frames.of(64, 2)));
  }

  @Test
  void theDeviceIsRemoved() throws Exception {
    OpenPort port = trial.start();
    assertTrue(port.wire().faults().orElseThrow().remove());
    // The kernel may announce that the interface goes down before it goes away.
    int event = event(port.port());
    assertEquals(PortEvents.REMOVED, event == PortEvents.LINK_DOWN ? event(port.port()) : event);
    assertTrue(port.wire().send(WireFrame.plain(Frames.of(64, 1))));
    assertEquals(Optional.empty(), port.wire().receive(Duration.ofMillis(20)));
  }

  private static int event(Port port) throws InterruptedException {
    int event = PortEvents.NONE;
    for (int i = 0; i < 40_000 && event == PortEvents.NONE; i++) {
      event = port.events().next();
      Thread.sleep(0, event == PortEvents.NONE ? 500_000 : 0);
    }
    return event;
  }

  @Test
  void devicesThatAreAbsentOrBusyAreRefusedAsSuch() throws Exception {
    OpenPort port = trial.start();
    Faults faults = port.wire().faults().orElseThrow();
    assertEquals(DriverException.Reason.NOT_FOUND, refused(faults.absent()));
    assertEquals(DriverException.Reason.BUSY, refused(faults.busy()));
    assertEquals(DriverException.Reason.BUSY, refused(Optional.of(port.wire().config())));
  }

  private DriverException.Reason refused(Optional<Map<String, String>> config) {
    return assertThrows(
            DriverException.class,
            () -> harness.driver().open(trial.config(config.orElseThrow()), trial.host()))
        .reason();
  }

  @Test
  void thePortsInterfaceIsItsOnlyTrace() throws Exception {
    OpenPort port = trial.start();
    Faults faults = port.wire().faults().orElseThrow();
    faults.busy();
    String name = port.wire().config().get("ifname");
    Set<String> traces = faults.traces().orElseThrow();
    assertTrue(traces.contains(name), traces.toString());
    // The kernel gives each interface queueing disciplines.
    assertTrue(traces.stream().allMatch(trace -> trace.endsWith(name)), traces.toString());
    port.port().close();
    assertEquals(Set.of(), faults.traces().orElseThrow());
  }

  @Test
  void severalWiresAndQueuesAtOnce() throws Exception {
    OpenPort one = OpenPort.start(trial, new Harness.Request(4, 0));
    OpenPort two = trial.start();
    assertTrue(one.wire().traits().contains(Trait.SEVERAL));
    for (int queue = 0; queue < 4; queue++) {
      byte[] frame = Frames.of(64, queue);
      assertTrue(one.transmit(queue, frame));
      assertArrayEquals(frame, one.seen(1).getFirst().bytes());
    }
    crosses(two, WireFrame.plain(Frames.of(64, 9)));
    assertFalse(one.wire().receive(Duration.ofMillis(5)).isPresent());
  }

  @Test
  void aPortThatIsOpenedAgainFindsItsPeerAgain() throws Exception {
    OpenPort port = trial.start();
    crosses(port, WireFrame.plain(Frames.of(64, 1)));
    port.port().stop();
    port.start();
    crosses(port, WireFrame.plain(Frames.of(64, 2)));
    port.port().close();
    Port again = trial.open(port.wire());
    again.configure(PortSettings.defaults());
    again.start();
    port.wire().started();
    byte[] frame = Frames.of(80, 3);
    assertEquals(1, Frames.send(again, frame));
    assertArrayEquals(frame, port.seen(1).getFirst().bytes());
  }
}

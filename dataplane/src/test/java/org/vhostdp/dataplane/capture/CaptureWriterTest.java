package org.vhostdp.dataplane.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.dataplane.net.AllocationMeter;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.UnixSocket;
import org.vhostdp.spi.Offload;

final class CaptureWriterTest {
  private static final int WRITE = 1;
  private static final int CREATE = 0100;
  private static final long SECONDS = 30_000;

  @TempDir private Path folder;

  private final Cable cable = new Cable();

  private CaptureWriter writer(CaptureSpec spec) throws LinuxException {
    Fd fd = Io.open(folder.resolve("c.pcapng").toString(), WRITE | CREATE, 0600);
    return new CaptureWriter(fd, spec, "a test");
  }

  private PcapngReader read() throws IOException {
    return new PcapngReader(folder.resolve("c.pcapng"));
  }

  private CapturingTx tx(CaptureWriter writer, int queue) {
    return new CapturingTx(cable, cable.regions, writer, "vd0", queue);
  }

  private CapturingRx rx(CaptureWriter writer, int queue) {
    return new CapturingRx(cable, cable.regions, writer, "vd0", queue);
  }

  private static byte[] frame(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void whatIsSentAndReceivedIsInTheFileWithQueueDirectionAndNotes() throws Exception {
    CaptureWriter writer = writer(CaptureSpec.ALL);
    CapturingTx tx = tx(writer, 1);
    CapturingRx rx = rx(writer, 2);
    cable.lay(0, frame(100, 1), Offload.CSUM_PARTIAL | Offload.GSO_TCP4);
    cable.burst.offload[0] = Offload.pack(34, 16, 1448, 54);
    assertEquals(1, tx.transmit(cable.burst, 0, 1));
    cable.lay(0, frame(61, 2), Offload.HASH | Offload.VLAN);
    cable.burst.hash[0] = 0x1234;
    cable.burst.hashType[0] = 2;
    cable.burst.vlan[0] = 3 << 13 | 100;
    cable.gives = 1;
    assertEquals(1, rx.receive(cable.burst, 32));
    tx.close();
    rx.close();
    writer.close();

    assertEquals(new CaptureResult(2, 0, null), writer.result());
    PcapngReader file = read();
    assertEquals(1, file.sections);
    assertEquals(List.of("vd0"), file.ports);
    PcapngReader.Packet sent = file.packets.get(0);
    assertArrayEquals(frame(100, 1), sent.bytes());
    assertEquals(2, sent.direction(), "outbound");
    assertEquals(1, sent.queue());
    assertEquals("csum start=34 offset=16; gso tcp4 size=1448 header=54", sent.comment());
    PcapngReader.Packet got = file.packets.get(1);
    assertArrayEquals(frame(61, 2), got.bytes());
    assertEquals(1, got.direction(), "inbound");
    assertEquals(2, got.queue());
    assertEquals("vlan id=100 priority=3 beside the bytes; hash 0x00001234 tcp4", got.comment());
    assertTrue(got.nanos() >= sent.nanos(), "in order of time");
    assertArrayEquals(new long[] {2, 0}, file.statistics.get(0));
    long away = System.currentTimeMillis() - sent.nanos() / 1_000_000;
    assertTrue(away >= 0 && away < 60_000, "the clock's time, " + away + " ms ago");
  }

  @Test
  void onlyAcceptedFramesAreCapturedAsTheyWereBefore() throws Exception {
    CaptureWriter writer = writer(CaptureSpec.ALL);
    CapturingTx tx = tx(writer, 0);
    cable.scrambles = true;
    cable.accepts = 3;
    for (int i = 0; i < 4; i++) {
      cable.lay(i, frame(60 + i, i), i == 1 ? Offload.MORE : 0);
    }
    assertEquals(3, tx.transmit(cable.burst, 0, 4));
    tx.close();
    writer.close();
    PcapngReader file = read();
    assertEquals(2, file.packets.size());
    assertArrayEquals(frame(60, 0), file.packets.get(0).bytes());
    byte[] both = Arrays.copyOf(frame(61, 1), 61 + 62);
    System.arraycopy(frame(62, 2), 0, both, 61, 62);
    assertArrayEquals(both, file.packets.get(1).bytes(), "a frame of two entries");
  }

  @Test
  void framesAreCutToTheSnapLengthAndTheCaptureEndsAtItsCount() throws Exception {
    CaptureWriter writer = writer(new CaptureSpec(20, 3, true, true, -1));
    CapturingTx tx = tx(writer, 0);
    for (int i = 0; i < 5; i++) {
      cable.lay(i, frame(100 + i, i), 0);
    }
    assertEquals(5, tx.transmit(cable.burst, 0, 5));
    assertTrue(writer.await(SECONDS), "ended by itself");
    assertEquals(new CaptureResult(3, 0, null), writer.result());
    assertEquals(5, tx.transmit(cable.burst, 0, 5), "frames go on");
    tx.close();
    writer.close();
    PcapngReader file = read();
    assertEquals(3, file.packets.size());
    assertEquals(102, file.packets.get(2).length());
    assertArrayEquals(Arrays.copyOf(frame(102, 2), 20), file.packets.get(2).bytes());
  }

  @Test
  void otherQueuesAndDirectionsAreLeftOut() throws Exception {
    CaptureWriter writer = writer(new CaptureSpec(1000, 0, false, true, 1));
    cable.lay(0, frame(60, 0), 0);
    cable.gives = 1;
    for (int queue = 0; queue < 3; queue++) {
      CapturingTx tx = tx(writer, queue);
      CapturingRx rx = rx(writer, queue);
      assertEquals(1, tx.transmit(cable.burst, 0, 1));
      assertEquals(1, rx.receive(cable.burst, 1));
      tx.close();
      rx.close();
    }
    writer.close();
    PcapngReader file = read();
    assertEquals(1, file.packets.size());
    assertEquals(1, file.packets.get(0).queue());
    assertEquals(2, file.packets.get(0).direction());
  }

  @Test
  void stagesComeAndGoWhileOneCaptureGoesOn() throws Exception {
    CaptureWriter writer = writer(CaptureSpec.ALL);
    cable.lay(0, frame(60, 7), 0);
    for (int i = 0; i < 20; i++) {
      CapturingTx tx = tx(writer, 0);
      assertEquals(1, tx.transmit(cable.burst, 0, 1));
      tx.close();
      Thread.sleep(2);
    }
    CapturingTx last = tx(writer, 0);
    writer.close();
    assertEquals(20, read().packets.size());
    assertEquals(1, last.transmit(cable.burst, 0, 1), "after the capture's end");
    last.close();
  }

  @Test
  void aReaderThatIsGoneEndsTheCaptureWithASentence() throws Exception {
    UnixSocket[] pair = UnixSocket.pair();
    CaptureWriter writer = new CaptureWriter(pair[0].fd(), CaptureSpec.ALL, "a test");
    CapturingTx tx = tx(writer, 0);
    cable.lay(0, frame(60, 7), 0);
    pair[1].close();
    assertTrue(writer.await(SECONDS), "noticed without another frame");
    assertEquals("Whoever read the capture is gone.", writer.result().failure());
    assertEquals(1, tx.transmit(cable.burst, 0, 1), "frames go on");
    tx.close();
    writer.close();
  }

  @Test
  void aFullDiskEndsTheCaptureWithASentence() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full here");
    CaptureWriter writer =
        new CaptureWriter(Io.open("/dev/full", WRITE, 0), CaptureSpec.ALL, "a test");
    assertTrue(writer.await(SECONDS));
    String failure = writer.result().failure();
    assertTrue(failure.contains("ENOSPC"), failure);
    assertNull(writer.ring("vd0", 0, true), "nobody copies for it any more");
    writer.close();
  }

  @Test
  void aReaderThatDoesNotReadHoldsUpNobody() throws Exception {
    UnixSocket[] pair = UnixSocket.pair();
    CaptureWriter writer = new CaptureWriter(pair[0].fd(), CaptureSpec.ALL, "a test");
    CapturingTx tx = tx(writer, 0);
    for (int i = 0; i < 32; i++) {
      cable.lay(i, frame(2000, i), 0);
    }
    for (int i = 0; i < 200; i++) {
      assertEquals(32, tx.transmit(cable.burst, 0, 32));
    }
    tx.close();
    writer.close();
    assertNotNull(writer.result().failure());
    assertTrue(writer.result().frames() < 6400);
    pair[1].close();
  }

  @Test
  void nothingIsAllocatedOnTheWayOfFrames() throws Exception {
    CaptureWriter writer = writer(CaptureSpec.ALL);
    CapturingTx tx = tx(writer, 0);
    CapturingRx rx = rx(writer, 0);
    for (int i = 0; i < 32; i++) {
      cable.lay(i, frame(64, i), 0);
    }
    cable.gives = 32;
    // Interpreted code allocates, and when it is compiled depends on how busy the machine is.
    long allocated = Long.MAX_VALUE;
    long bursts = 0;
    long deadline = System.nanoTime() + 40_000_000_000L;
    while (allocated > 0 && System.nanoTime() < deadline) {
      long before = AllocationMeter.bytes();
      for (int i = 0; i < 1000; i++) {
        tx.transmit(cable.burst, 0, 32);
        rx.receive(cable.burst, 32);
      }
      allocated = AllocationMeter.bytes() - before;
      bursts += 1000;
    }
    tx.close();
    rx.close();
    writer.close();
    assertEquals(0, allocated, "bytes for 1000 bursts each way");
    CaptureResult result = writer.result();
    assertEquals(bursts * 64, result.frames() + result.dropped(), "each written or counted");
  }

  @Test
  void tsharkReadsItWithoutComplaint() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/tshark")), "tshark is not installed");
    CaptureWriter writer = writer(CaptureSpec.ALL);
    CapturingTx tx = tx(writer, 3);
    CapturingRx rx = rx(writer, 0);
    cable.lay(0, arp(), Offload.CSUM_VALID);
    tx.transmit(cable.burst, 0, 1);
    cable.gives = 1;
    cable.lay(0, arp(), 0);
    rx.receive(cable.burst, 32);
    tx.close();
    rx.close();
    writer.close();
    List<String> lines =
        tshark(
            "-T",
            "fields",
            "-e",
            "frame.interface_name",
            "-e",
            "frame.packet_flags_direction",
            "-e",
            "frame.interface_queue",
            "-e",
            "frame.comment",
            "-e",
            "frame.len");
    assertEquals(2, lines.size(), lines.toString());
    assertTrue(lines.get(0).startsWith("vd0\t0x00000002\t3\tcsum valid\t42"), lines.get(0));
    assertTrue(lines.get(1).startsWith("vd0\t0x00000001\t0\t\t42"), lines.get(1));
    assertEquals(List.of(), tshark("-Y", "_ws.malformed || _ws.expert.severity >= warning"));
  }

  private static byte[] arp() {
    byte[] bytes = new byte[42];
    Arrays.fill(bytes, 0, 6, (byte) 0xFF);
    byte[] head = {2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1};
    System.arraycopy(head, 0, bytes, 6, head.length);
    return bytes;
  }

  private List<String> tshark(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/bin/tshark", "-n", "-r"));
    command.add(folder.resolve("c.pcapng").toString());
    command.addAll(List.of(options));
    Path errors = folder.resolve("errors");
    Process process =
        new ProcessBuilder(command)
            .redirectError(errors.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    List<String> lines = process.inputReader().readAllLines();
    assertEquals(0, process.waitFor(), () -> text(errors));
    assertFalse(text(errors).contains("tshark:"), () -> text(errors));
    return lines;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}

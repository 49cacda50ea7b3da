package org.vhostdp.driver.afxdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;

/** Datagrams between a port and the kernel's own stack at the far end, which leaves sums open. */
@Timeout(180)
final class AfxdpChecksumTest {
  private static final String STATION = "198.51.100.1";
  private static final String HOST = "198.51.100.2";
  private static final int STATION_NUMBER = 0xC6336401;
  private static final int HOST_NUMBER = 0xC6336402;
  private static final int UDP = 17;
  private static final int PORT = 4000;
  private static final int PAYLOAD = 700;

  private AfxdpLab lab;

  @BeforeEach
  void prepare() throws Exception {
    lab = AfxdpLab.open();
    lab.netlink.addAddress(AfxdpLab.FAR, InetAddress.getByName(HOST), 24);
    lab.ip("neigh", "add", STATION, "lladdr", "02:00:00:00:00:01", "dev", AfxdpLab.FAR);
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  private byte[] fromKernel(Port port) throws Exception {
    return fromKernel(port, 0);
  }

  private byte[] fromKernel(Port port, int flags) throws Exception {
    byte[] payload = Frames.of(PAYLOAD, 3);
    try (DatagramSocket socket = lab.in(() -> new DatagramSocket())) {
      socket.send(new DatagramPacket(payload, PAYLOAD, new InetSocketAddress(STATION, PORT)));
    }
    for (int i = 0; i < 20; i++) {
      Frames.Received frame = Frames.receive(port);
      assertNotNull(frame, "no datagram came");
      if (frame.bytes().length == PAYLOAD + 42) {
        assertEquals(flags, frame.flags());
        return frame.bytes();
      }
    }
    throw new AssertionError("no datagram among the frames");
  }

  @ParameterizedTest
  @ValueSource(strings = {"native", "skb"})
  void anOpenSumIsFinished(String mode) throws Exception {
    Port port = lab.started("mode", mode);
    assertTrue(Frames.checksumIsRight(fromKernel(port)));
  }

  @Test
  void anOpenSumIsFlaggedWhereItMayStay() throws Exception {
    PortSettings settings = PortSettings.defaults().withRxOffloads(Offload.CSUM_PARTIAL);
    Port port = lab.started(settings);
    assertFalse(Frames.checksumIsRight(fromKernel(port, Offload.CSUM_PARTIAL)));
  }

  @Test
  void anOpenSumIsLeftOnDemand() throws Exception {
    Port port = lab.started("checksum", "leave");
    assertEquals(0, port.capabilities().rxOffloads());
    assertFalse(Frames.checksumIsRight(fromKernel(port)));
  }

  @Test
  void theFarEndCanFinishSumsItself() throws Exception {
    lab.withoutFarOffloads();
    Port port = lab.started("checksum", "leave");
    assertTrue(Frames.checksumIsRight(fromKernel(port)));
  }

  @Test
  void theKernelTakesOpenSums() throws Exception {
    Port port = lab.started();
    boolean can = (port.capabilities().txOffloads() & Offload.CSUM_PARTIAL) != 0;
    AfxdpLab.needs(can, "transmit checksums: Linux 6.11");
    byte[] payload = Frames.of(PAYLOAD, 4);
    byte[] segment = new byte[8 + PAYLOAD];
    ByteBuffer.wrap(segment)
        .putShort((short) PORT)
        .putShort((short) PORT)
        .putShort((short) segment.length)
        .position(8)
        .put(payload);
    byte[] to = lab.netlink.link(AfxdpLab.FAR).mac();
    byte[] frame = Frames.ipv4(to, Frames.STATION, STATION_NUMBER, HOST_NUMBER, UDP, segment);
    ByteBuffer.wrap(frame).putShort(40, (short) Frames.pseudo(frame));
    try (DatagramSocket socket =
        lab.in(() -> new DatagramSocket(new InetSocketAddress(HOST, PORT)))) {
      socket.setSoTimeout((int) Frames.PATIENCE);
      long sum = Offload.pack(34, 6, 0, 0);
      assertEquals(1, Frames.send(port, 0, new Burst(1), frame, Offload.CSUM_PARTIAL, sum));
      DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
      socket.receive(packet);
      assertArrayEquals(payload, Arrays.copyOf(packet.getData(), packet.getLength()));
      assertEquals(1, sendMoved(port, frame, sum));
      socket.receive(packet);
      assertArrayEquals(payload, Arrays.copyOf(packet.getData(), packet.getLength()));
    }
  }

  /** Sends a frame from an odd place within a claimed one. */
  private static int sendMoved(Port port, byte[] frame, long sum) {
    Burst burst = new Burst(1);
    assertEquals(1, port.tx(0).claim(burst, 1));
    burst.offset[0] += 3;
    burst.length[0] = frame.length;
    burst.flags[0] = Offload.CSUM_PARTIAL;
    burst.offload[0] = sum;
    MemorySegment memory = port.regions().getFirst().segment();
    MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, burst.offset[0], frame.length);
    return port.tx(0).transmit(burst, 0, 1);
  }
}

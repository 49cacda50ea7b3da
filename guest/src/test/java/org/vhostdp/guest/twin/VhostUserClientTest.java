package org.vhostdp.guest.twin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.UnixSocket;

@Timeout(60)
class VhostUserClientTest {
  private VhostUserClient client;
  private MessageChannel server;

  @BeforeEach
  void connect() throws IOException {
    UnixSocket[] pair = UnixSocket.pair();
    client = VhostUserClient.over(pair[0]);
    server = new MessageChannel(pair[1], "The front-end");
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private interface Call {
    void run() throws IOException;
  }

  private String sent(Call call) throws IOException {
    call.run();
    assertTrue(server.receive(30_000));
    return Request.name(server.request())
        + " "
        + server.flags()
        + " "
        + HexFormat.of()
            .formatHex(server.answer.asSlice(0, server.size()).toArray(ValueLayout.JAVA_BYTE));
  }

  @Test
  void messagesAreLaidOutAsTheSpecificationSays() throws IOException {
    assertEquals(
        "SET_VRING_ADDR 1 0300000001000000"
            + "1111000000000000222200000000000033330000000000004444000000000000",
        sent(() -> client.setVringAddr(3, 1, 0x1111, 0x2222, 0x3333, 0x4444)));
    assertEquals("SET_VRING_NUM 1 0200000000010000", sent(() -> client.setVringNum(2, 256)));
    assertEquals(
        "SET_VRING_BASE 1 0200000000800080", sent(() -> client.setVringBase(2, 0x80008000)));
    assertEquals("SET_VRING_KICK 1 0501000000000000", sent(() -> client.setVringKick(5, null)));
    assertEquals("SET_OWNER 1 ", sent(client::setOwner));
    assertEquals("NET_SET_MTU 1 2823000000000000", sent(() -> client.netSetMtu(9000)));
    assertEquals(
        "SEND_RARP 1 5254000102030000",
        sent(() -> client.sendRarp(Packets.mac("52:54:00:01:02:03"))));
    assertEquals(
        "SET_CONFIG 1 040000000200000001000000aabb",
        sent(() -> client.setConfig(4, new byte[] {(byte) 0xaa, (byte) 0xbb}, 1)));
  }

  @Test
  void memoryRegionsTravelWithTheirFiles() throws IOException {
    try (TwinMemory memory = TwinMemory.create(1 << 20, 2)) {
      String message = sent(() -> client.setMemTable(memory.regions()));
      ByteBuffer bytes =
          ByteBuffer.wrap(HexFormat.of().parseHex(message.split(" ")[2]))
              .order(ByteOrder.nativeOrder());
      assertEquals(8 + 64, bytes.capacity());
      assertEquals(2, bytes.getInt(0));
      RegionSpec second = memory.regions().get(1);
      assertEquals(second.guestPhysical(), bytes.getLong(40));
      assertEquals(second.size(), bytes.getLong(48));
      assertEquals(second.userAddress(), bytes.getLong(56));
      assertEquals(second.fileOffset(), bytes.getLong(64));
      assertEquals(2, server.received().count());
      assertEquals(0, sent(() -> client.remMemReg(second, false)).indexOf("REM_MEM_REG 1 "));
      assertEquals(0, server.received().count());
      sent(() -> client.remMemReg(second, true));
      assertEquals(1, server.received().count());
    }
  }

  @Test
  void descriptorsOfRingsArrive() throws IOException {
    try (EventFd event = EventFd.create()) {
      assertEquals(
          "SET_VRING_CALL 1 0100000000000000", sent(() -> client.setVringCall(1, event.fd())));
      try (Fd fd = server.received().take(0)) {
        assertTrue(fd.isOpen());
      }
    }
  }

  private <T> T answered(Callable<T> call, long... answer) throws Exception {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    result.complete(call.call());
                  } catch (Exception e) {
                    result.completeExceptionally(e);
                  }
                });
    assertTrue(server.receive(30_000));
    for (int i = 0; i < answer.length; i++) {
      server.payload.set(ValueLayout.JAVA_LONG_UNALIGNED, 8L * i, answer[i]);
    }
    server.send(server.request(), Request.VERSION | Request.REPLY, 8 * answer.length);
    thread.join();
    if (result.isCompletedExceptionally()) {
      throw (Exception) result.exceptionNow();
    }
    return result.join();
  }

  @Test
  void answersAreReturned() throws Exception {
    assertEquals(-5L, answered(client::getFeatures, -5L));
    assertEquals(4, answered(client::getQueueNum, 4));
    assertEquals(0x80018001, answered(() -> client.getVringBase(1), 0x80018001_00000001L));
    assertThrows(IOException.class, () -> answered(client::getFeatures, 1, 2));
    assertThrows(IOException.class, () -> answered(() -> client.getConfig(0, 8), 0));
  }

  @Test
  void aRefusalIsReported() throws Exception {
    client.setProtocolFeatures(ProtocolFeature.REPLY_ACK);
    assertTrue(server.receive(30_000));
    Callable<Void> set =
        () -> {
          client.netSetMtu(1);
          return null;
        };
    assertNull(answered(set, 0));
    assertEquals(Request.VERSION | Request.NEED_REPLY, server.flags());
    VhostUserRefused refused = assertThrows(VhostUserRefused.class, () -> answered(set, 1));
    assertEquals(Request.NET_SET_MTU, refused.request());
    assertEquals("The back-end refused NET_SET_MTU with 1.", refused.getMessage());
    client.acknowledge(false);
    assertEquals("NET_SET_MTU 1 0100000000000000", sent(() -> client.netSetMtu(1)));
  }

  @Test
  void silenceAndTheEndOfTheSessionAreTwoThings() throws IOException {
    client.timeout(50);
    assertThrows(InterruptedIOException.class, client::getFeatures);
    assertNull(client.rawReply(10));
    server.close();
    assertThrows(IOException.class, () -> client.rawReply(30_000));
  }

  @Test
  void hostileMessagesAreSentAsTheyStand() throws IOException {
    assertEquals("request 99 13 010203", sent(() -> client.raw(99, 13, new byte[] {1, 2, 3})));
    client.rawBytes(new byte[] {1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 9});
    client.socket().shutdown();
    assertThrows(EOFException.class, () -> server.receive(30_000));
  }

  @Test
  void requestsOfTheBackEndAreAcknowledged() throws IOException {
    try (BackendChannel ours = new BackendChannel()) {
      MessageChannel theirs =
          new MessageChannel(UnixSocket.adopt(ours.theirs().duplicate()), "The front-end");
      ours.sent();
      assertEquals(0, ours.poll(10));
      theirs.payload.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, 7);
      theirs.send(BackendChannel.CONFIG_CHANGE_MSG, Request.VERSION | Request.NEED_REPLY, 8);
      assertEquals(BackendChannel.CONFIG_CHANGE_MSG, ours.poll(30_000));
      assertTrue(theirs.receive(30_000));
      assertEquals(0, theirs.answer64());
      theirs.send(BackendChannel.CONFIG_CHANGE_MSG, Request.VERSION, 0);
      assertEquals(BackendChannel.CONFIG_CHANGE_MSG, ours.poll(30_000));
      assertArrayEquals(new byte[0], ours.payload());
      theirs.close();
      assertEquals(-1, ours.poll(30_000));
    }
  }
}

package org.vhostdp.cli.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.attest.json.Json;
import org.vhostdp.linux.Fd;

final class ControlServerTest {
  @TempDir private Path folder;
  private Path path;
  private ControlServer server;
  private RuntimeException failure;

  @BeforeEach
  void start() throws IOException {
    path = folder.resolve("control.sock");
    server = new ControlServer(path, this::status);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Map<String, Object> status() {
    if (failure != null) {
      throw failure;
    }
    return Map.of("answer", "x".repeat(300_000));
  }

  /** Sends bytes, ends its side, and reads everything; null if nothing came. */
  private Object ask(String text, boolean end) throws Exception {
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      send(client, text);
      if (end) {
        client.shutdownOutput();
      }
      String all =
          new String(Channels.newInputStream(client).readAllBytes(), StandardCharsets.UTF_8);
      return all.isEmpty() ? null : Json.read(all);
    }
  }

  private static void send(SocketChannel client, String text) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    while (bytes.hasRemaining()) {
      client.write(bytes);
    }
  }

  private static void assertRefused(Object answer, String sentence) {
    assertEquals(false, Json.at(answer, "ok"));
    assertTrue(Json.at(answer, "error").toString().contains(sentence), answer.toString());
  }

  @Test
  void theStatusIsAnsweredHoweverLargeItIs() throws IOException {
    Map<String, Object> status = ControlClient.status(path);
    assertEquals(300_000, status.get("answer").toString().length());
  }

  @Test
  void onlyTheOwnerMayConnect() throws IOException {
    assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(path));
  }

  @Test
  void theEndOfTheStreamEndsTheLine() throws Exception {
    assertEquals(true, Json.at(ask("{\"command\":\"status\"}", true), "ok"));
  }

  @Test
  void garbageIsAnsweredBySentences() throws Exception {
    assertRefused(ask("\u0000\u0001garbage\n", false), "The request is not JSON: no value begins");
    assertRefused(ask("[]\n", false), "The command is not known");
    assertRefused(ask("{\"command\":7}\n", false), "The command is not known");
    assertRefused(ask("{\"command\":\"reboot\"}\n", false), "The command is not known");
    assertRefused(ask("[".repeat(4000) + "\n", false), "nested too deeply");
    assertEquals(true, Json.at(ask("{\"command\":\"status\"}\n", false), "ok"));
  }

  @Test
  void aLineHasALimit() throws Exception {
    String most = " ".repeat(ControlServer.MOST_REQUEST - 20) + "{\"command\":\"status\"}";
    assertEquals(true, Json.at(ask(most + "\n", false), "ok"));
    assertRefused(
        ask(" ".repeat(ControlServer.MOST_REQUEST + 1), false), "longer than 65536 bytes");
  }

  @Test
  void aClientThatHangsUpGetsNothingAndHurtsNobody() throws Exception {
    assertNull(ask("", true));
    for (int i = 0; i < 20; i++) {
      SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
    }
    assertEquals(true, Json.at(ask("{\"command\":\"status\"}\n", false), "ok"));
  }

  @Test
  void aSilentClientIsSentAway() throws Exception {
    try (SocketChannel silent = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      send(silent, "{\"command\":");
      assertEquals(true, Json.at(ask("{\"command\":\"status\"}\n", false), "ok"));
      String said =
          new String(Channels.newInputStream(silent).readAllBytes(), StandardCharsets.UTF_8);
      assertRefused(Json.read(said), "did not answer in time");
    }
  }

  @Test
  void aClientThatDoesNotReadIsSentAway() throws Exception {
    try (SocketChannel deaf = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      send(deaf, "{\"command\":\"status\"}\n");
      assertEquals(true, Json.at(ask("{\"command\":\"status\"}\n", false), "ok"));
    }
  }

  @Test
  void aStatusThatFailsIsASentence() {
    failure = new IllegalStateException("closing");
    IOException failed = assertThrows(IOException.class, () -> ControlClient.status(path));
    assertTrue(failed.getMessage().contains("cannot be read at the moment"), failed.getMessage());
  }

  @Test
  void closingRemovesTheSocketAndLeaksNothing() throws Exception {
    long open = Fd.openCount();
    Path other = folder.resolve("other.sock");
    try (ControlServer _ = new ControlServer(other, Map::of)) {
      assertEquals(Map.of(), ControlClient.status(other));
    }
    for (int i = 0; i < 1000 && open != Fd.openCount(); i++) {
      Thread.sleep(10);
    }
    assertEquals(open, Fd.openCount());
    assertFalse(Files.exists(other));
    assertThrows(IOException.class, () -> ControlClient.status(other));
  }

  @Test
  void anotherListenerIsNoInstance() throws Exception {
    Path other = folder.resolve("other.sock");
    for (String answer : List.of("hello\n", "")) {
      try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        listener.bind(UnixDomainSocketAddress.of(other));
        Thread thread =
            Thread.ofPlatform()
                .start(
                    () -> {
                      try (SocketChannel client = listener.accept()) {
                        client.read(ByteBuffer.allocate(100));
                        send(client, answer);
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                    });
        IOException failed = assertThrows(IOException.class, () -> ControlClient.status(other));
        assertTrue(failed.getMessage().contains(other.toString()), failed.getMessage());
        thread.join();
      }
      Files.delete(other);
    }
  }
}

package org.vhostdp.bench.scale;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ListeningTest {
  private static final int LATER_MILLIS = 100;

  @TempDir Path folder;

  @Test
  void theLastSocketEndsTheWait() throws IOException, InterruptedException {
    Path first = Files.createFile(folder.resolve("first"));
    Path last = folder.resolve("last");
    Listening listening = Listening.watch(List.of(first, last));
    Thread.sleep(LATER_MILLIS);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(last));
      double millis = listening.millis();
      assertTrue(millis >= LATER_MILLIS, () -> millis + " ms");
    }
  }

  @Test
  void aSocketThatNobodyListensOnIsWaitedFor() throws IOException, InterruptedException {
    Path socket = Files.createFile(folder.resolve("socket"));
    Listening listening = Listening.watch(List.of(socket));
    Thread.sleep(LATER_MILLIS);
    Files.delete(socket);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      double millis = listening.millis();
      assertTrue(millis >= LATER_MILLIS, () -> millis + " ms");
    }
  }
}

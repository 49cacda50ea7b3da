package org.vhostdp.cli.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Fd;

/** Clients that stay connected, descriptors that they pass, and commands that take their time. */
final class StreamingTest {
  /** Only ends a hang. */
  private static final int LIMIT_MILLIS = 30_000;

  /** One that is carried out, those that wait behind it, and one too many. */
  private static final int TOO_MANY = 18;

  @TempDir private Path folder;
  private Path path;
  private ControlServer server;
  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch started = new CountDownLatch(1);
  private volatile boolean streamEnded;

  /** Tells what it got, and stays until its client is gone. */
  private final class Watch implements StreamingCommand {
    @Override
    public String name() {
      return "watch";
    }

    @Override
    public void serve(Map<String, Object> request, ControlStream client, Fd passed)
        throws ControlRefused, IOException {
      try (passed) {
        if (request.containsKey("refuse")) {
          throw new ControlRefused("Not today.");
        }
        if (request.containsKey("fail")) {
          throw new IllegalStateException("broken");
        }
        client.say(Map.of("passed", passed != null));
        while (!client.gone(1000)) {
          client.say(Map.of("still", true));
        }
        streamEnded = true;
      }
    }
  }

  /** Waits until the test lets it go. */
  private final class Slow implements ControlCommand {
    private final List<String> order = new ArrayList<>();

    @Override
    public String name() {
      return "slow";
    }

    @Override
    public String lane(Map<String, Object> request) {
      return String.valueOf(request.get("port"));
    }

    @Override
    public Map<String, Object> answer(Map<String, Object> request) throws ControlRefused {
      started.countDown();
      try {
        assertTrue(release.await(60, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new ControlRefused("Interrupted.", e);
      }
      order.add(String.valueOf(request.get("n")));
      return Map.of("order", String.join(",", order));
    }
  }

  @BeforeEach
  void start() throws IOException {
    path = folder.resolve("control.sock");
    server =
        new ControlServer(
            path,
            List.of(new StatusAnswer(() -> Map.of("up", true)), new Slow()),
            List.of(new Watch()));
  }

  @AfterEach
  void stop() {
    release.countDown();
    server.close();
  }

  private ControlStream watch(Fd passed) throws IOException {
    ControlStream stream = ControlClient.open(path, ControlClient.request("watch"), passed);
    assertEquals(passed != null, stream.next(LIMIT_MILLIS).get("passed"));
    return stream;
  }

  /** Waits for what other threads do soon. */
  private static void assertSoon(String what, BooleanSupplier holds) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!holds.getAsBoolean()) {
      assertTrue(System.nanoTime() - end < 0, what);
      Thread.sleep(10);
    }
  }

  @Test
  void aStreamEndsWithItsClientAndClosesTheDescriptorPassed() throws Exception {
    long open = Fd.openCount();
    try (EventFd event = EventFd.create();
        ControlStream _ = watch(event.fd())) {
      assertTrue(event.fd().isOpen());
    }
    assertSoon("the stream ended", () -> streamEnded);
    assertSoon("all descriptors are closed", () -> Fd.openCount() == open);
  }

  @Test
  void aStreamTellsMoreThanOnce() throws Exception {
    try (ControlStream stream = watch(null)) {
      assertEquals(true, stream.next(LIMIT_MILLIS).get("still"));
      assertEquals(true, stream.next(LIMIT_MILLIS).get("still"));
    }
  }

  @Test
  void theNinthStreamIsRefusedAndClosesItsDescriptor() throws Exception {
    long open = Fd.openCount();
    List<ControlStream> streams = new ArrayList<>();
    try {
      for (int i = 0; i < Streams.MOST; i++) {
        streams.add(watch(null));
      }
      try (EventFd event = EventFd.create();
          ControlStream ninth =
              ControlClient.open(path, ControlClient.request("watch"), event.fd())) {
        IOException refused = assertThrows(IOException.class, () -> ninth.next(LIMIT_MILLIS));
        assertTrue(refused.getMessage().startsWith("8 clients stay"), refused.getMessage());
      }
      assertEquals(Map.of("up", true), ControlClient.status(path));
    } finally {
      streams.forEach(ControlStream::close);
    }
    assertSoon("all descriptors are closed", () -> Fd.openCount() == open);
    watch(null).close();
  }

  @Test
  void aStreamThatRefusesOrFailsSaysWhy() throws Exception {
    for (String key : List.of("refuse", "fail")) {
      Map<String, Object> request = ControlClient.request("watch");
      request.put(key, true);
      try (ControlStream stream = ControlClient.open(path, request, null)) {
        IOException refused = assertThrows(IOException.class, () -> stream.next(LIMIT_MILLIS));
        String sentence = key.equals("refuse") ? "Not today." : "failed inside the instance";
        assertTrue(refused.getMessage().contains(sentence), refused.getMessage());
        assertNull(stream.next(LIMIT_MILLIS));
      }
    }
  }

  @Test
  void aDescriptorForAnotherCommandIsClosed() throws Exception {
    long open = Fd.openCount();
    try (EventFd event = EventFd.create();
        ControlStream stream =
            ControlClient.open(path, ControlClient.request("status"), event.fd())) {
      assertEquals(Map.of("up", true), stream.next(LIMIT_MILLIS).get("status"));
    }
    assertSoon("all descriptors are closed", () -> Fd.openCount() == open);
  }

  @Test
  void closingTheServerEndsStreams() throws Exception {
    try (ControlStream stream = watch(null)) {
      server.close();
      assertTrue(streamEnded);
      assertTrue(stream.gone(LIMIT_MILLIS) || stream.next(LIMIT_MILLIS) != null);
    }
    assertThrows(IOException.class, () -> ControlClient.status(path));
  }

  @Test
  void whatTakesTimeHoldsNobodyUpAndKeepsItsOrder() throws Exception {
    Map<String, Object> request = ControlClient.request("slow");
    request.put("port", "a");
    request.put("n", "1");
    try (ControlStream first = ControlClient.open(path, request, null)) {
      assertTrue(started.await(30, TimeUnit.SECONDS));
      request.put("n", "2");
      try (ControlStream second = ControlClient.open(path, request, null)) {
        assertEquals(Map.of("up", true), ControlClient.status(path));
        assertFalse(second.ready(100));
        release.countDown();
        assertEquals("1", first.next(LIMIT_MILLIS).get("order"));
        assertEquals("1,2", second.next(LIMIT_MILLIS).get("order"));
      }
    }
  }

  private static long ready(List<ControlStream> streams) {
    return streams.stream().filter(StreamingTest::ready).count();
  }

  private static boolean ready(ControlStream stream) {
    try {
      return stream.ready(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatWaitsIsBounded() throws Exception {
    Map<String, Object> request = ControlClient.request("slow");
    request.put("port", "a");
    List<ControlStream> waiting = new ArrayList<>();
    try {
      waiting.add(ControlClient.open(path, request, null));
      assertTrue(started.await(30, TimeUnit.SECONDS));
      while (waiting.size() < TOO_MANY) {
        waiting.add(ControlClient.open(path, request, null));
      }
      assertSoon("one is refused", () -> ready(waiting) > 0);
      assertEquals(1, ready(waiting));
      for (ControlStream each : waiting) {
        if (each.ready(0)) {
          IOException refused = assertThrows(IOException.class, () -> each.next(LIMIT_MILLIS));
          assertTrue(refused.getMessage().contains("Too many commands wait"));
        }
      }
    } finally {
      release.countDown();
      waiting.forEach(ControlStream::close);
    }
  }
}

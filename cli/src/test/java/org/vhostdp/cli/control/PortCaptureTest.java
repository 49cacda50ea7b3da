package org.vhostdp.cli.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.dataplane.capture.CaptureWriter;
import org.vhostdp.dataplane.port.Refusal;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;

final class PortCaptureTest {
  private static final int CREATE = 0101;
  private static final int MILLIS = 30_000;

  @TempDir private Path folder;
  private ControlServer server;
  private volatile int ended;

  @BeforeEach
  void start() throws IOException {
    PortCapture capture = new PortCapture(this::capture, "a test");
    server = new ControlServer(folder.resolve("control.sock"), List.of(), List.of(capture));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private AutoCloseable capture(String port, CaptureWriter to) throws Refusal {
    if (!port.equals("vd0")) {
      throw new Refusal("There is no port " + port);
    }
    FiveFrames frames = new FiveFrames(to);
    return () -> {
      frames.close();
      ended++;
    };
  }

  private Map<String, Object> request(Object... values) {
    Map<String, Object> request = ControlClient.request("capture");
    for (int i = 0; i < values.length; i += 2) {
      request.put(values[i].toString(), values[i + 1]);
    }
    return request;
  }

  private ControlStream open(Map<String, Object> request) throws IOException {
    try (Fd fd = Io.open(folder.resolve("c.pcapng").toString(), CREATE, 0600)) {
      return ControlClient.open(folder.resolve("control.sock"), request, fd);
    }
  }

  private static void awaitTrue(String what, BooleanSupplier there) throws InterruptedException {
    long deadline = System.nanoTime() + MILLIS * 1_000_000L;
    while (!there.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time: " + what);
      Thread.sleep(5);
    }
  }

  @Test
  void aCaptureEndsWhenItsClientSaysSoAndTellsWhatBecameOfIt() throws Exception {
    long before = Fd.openCount();
    try (ControlStream stream = open(request("port", "vd0"))) {
      assertEquals("vd0", stream.next(MILLIS).get("capturing"));
      stream.say(Map.of("end", true));
      Map<String, Object> end = stream.next(MILLIS);
      assertEquals(5L, end.get("frames"), end.toString());
      assertEquals(0L, end.get("dropped"));
      assertNull(end.get("failure"));
      assertNull(stream.next(MILLIS), "the instance closes the connection");
    }
    awaitTrue("the capture ended", () -> ended == 1);
    assertTrue(Files.size(folder.resolve("c.pcapng")) > 5 * 64);
    awaitTrue("every descriptor is closed", () -> Fd.openCount() == before);
  }

  @Test
  void aCaptureEndsWithItsClient() throws Exception {
    long before = Fd.openCount();
    ControlStream stream = open(request("port", "vd0"));
    stream.next(MILLIS);
    stream.close();
    awaitTrue("the capture ends", () -> ended == 1);
    awaitTrue("every descriptor is closed", () -> Fd.openCount() == before);
  }

  @Test
  void aCaptureEndsAtItsCountAndAtItsTime() throws Exception {
    try (ControlStream stream = open(request("port", "vd0", "count", 3))) {
      stream.next(MILLIS);
      assertEquals(3L, stream.next(MILLIS).get("frames"));
    }
    try (ControlStream stream = open(request("port", "vd0", "seconds", 1))) {
      stream.next(MILLIS);
      assertEquals(5L, stream.next(MILLIS).get("frames"));
    }
    try (ControlStream stream = open(request("port", "vd0", "tx", true, "rx", false))) {
      stream.next(MILLIS);
      stream.say(Map.of());
      assertEquals(0L, stream.next(MILLIS).get("frames"), "the frames are received ones");
    }
  }

  private void refused(String sentence, Map<String, Object> request) throws Exception {
    long before = Fd.openCount();
    try (ControlStream stream = open(request)) {
      IOException e = assertThrows(IOException.class, () -> stream.next(MILLIS));
      assertTrue(e.getMessage().contains(sentence), e.getMessage());
    }
    awaitTrue("every descriptor is closed", () -> Fd.openCount() == before);
  }

  @Test
  void requestsThatMakeNoSenseAreRefusedWithASentence() throws Exception {
    refused("There is no port vd9.", request("port", "vd9"));
    refused("no text \"port\"", request("port", 7));
    refused("no text \"port\"", request());
    refused("\"count\" is a whole number", request("port", "vd0", "count", "many"));
    refused("\"seconds\" is a whole number", request("port", "vd0", "seconds", -1));
    refused("\"queue\" is a whole number", request("port", "vd0", "queue", 1L << 40));
    refused("The snap length is 1 to", request("port", "vd0", "snaplen", 0));
    refused("at least one of the two", request("port", "vd0", "rx", false, "tx", false));
    assertEquals(0, ended);
    try (ControlStream stream =
        ControlClient.open(folder.resolve("control.sock"), request("port", "vd0"), null)) {
      IOException e = assertThrows(IOException.class, () -> stream.next(MILLIS));
      assertTrue(e.getMessage().contains("needs a descriptor"), e.getMessage());
    }
  }
}

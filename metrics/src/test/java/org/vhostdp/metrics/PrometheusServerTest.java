package org.vhostdp.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.dataplane.MetricsServer.Served;
import org.vhostdp.dataplane.frontend.vhostuser.SocketSpec;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.dataplane.io.IoThread;
import org.vhostdp.dataplane.port.PortSpec;
import org.vhostdp.driver.loopback.LoopbackDriver;
import org.vhostdp.guest.twin.NetHeader;
import org.vhostdp.guest.twin.NetQueue;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Version;

/** A port of the reference driver, which sends each frame back, and a scrape of its numbers. */
final class PrometheusServerTest {
  private static final int FRAMES = 50;
  private static final long DEADLINE = 30_000_000_000L;

  @TempDir private Path temp;
  private IoThread thread;
  private VhostUserPort port;
  private Served served;

  @BeforeEach
  void start() throws Exception {
    LoopbackDriver driver = new LoopbackDriver();
    Port opened = driver.open(driver.schema().check("[driver.lo]", Map.of()), new Silent());
    thread = new IoThread("io-0", -1, 50_000, true);
    port =
        new VhostUserPort(
            new PortSpec("vd0", 1, 0, null, -1L),
            SocketSpec.server(temp.resolve("vd0.sock"), 0600),
            opened,
            List.of(thread));
    served = serve(0);
  }

  private Served serve(int number) throws IOException {
    InetSocketAddress at = new InetSocketAddress(InetAddress.getLoopbackAddress(), number);
    return PrometheusServer.serve(at, () -> List.of(port), () -> List.of(thread), "1.2.3");
  }

  @AfterEach
  void end() {
    served.close();
    port.close();
    thread.close();
  }

  private String get(String accept) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(served.url()).toURL().openConnection();
    connection.setRequestProperty("Accept", accept);
    connection.setConnectTimeout(30_000);
    connection.setReadTimeout(30_000);
    try (InputStream body = connection.getInputStream()) {
      assertEquals(200, connection.getResponseCode());
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      connection.disconnect();
    }
  }

  private String text() throws IOException {
    return get("text/plain");
  }

  private static double value(String text, String series) {
    return text.lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + series + " in\n" + text));
  }

  private void echo(NetQueue queue) throws IOException {
    MemorySegment frame = Arena.ofAuto().allocate(NetQueue.LARGEST_FRAME, 8);
    NetHeader header = new NetHeader();
    long deadline = System.nanoTime() + DEADLINE;
    int came = 0;
    for (int sent = 0; came < FRAMES; ) {
      assertTrue(System.nanoTime() < deadline, came + " of " + FRAMES + " frames came back");
      queue.reclaim();
      while (sent < FRAMES && queue.transmit(frame, 0, 100, null)) {
        sent++;
      }
      queue.flush();
      while (queue.receive(frame, 0, header) >= 0) {
        came++;
      }
      queue.awaitFrame(20);
    }
  }

  @Test
  void aScrapeShowsWhatThePortDid() throws Exception {
    try (TwinDevice guest = TwinDevice.start(temp.resolve("vd0.sock"), TwinOptions.defaults())) {
      echo(guest.net().pair(0));
      String tx = "{direction=\"tx\",driver=\"\",port=\"vd0\",queue=\"0\"}";
      String rx = tx.replace("tx", "rx");
      String text = text();
      // Frames are counted a little after they were given away.
      long deadline = System.nanoTime() + DEADLINE;
      while (value(text, "vhost_dp_frames_total" + rx) < FRAMES && System.nanoTime() < deadline) {
        text = text();
      }
      assertEquals(FRAMES, value(text, "vhost_dp_frames_total" + tx), text);
      assertEquals(FRAMES, value(text, "vhost_dp_frames_total" + rx));
      assertEquals(FRAMES * 100, value(text, "vhost_dp_bytes_total" + tx));
      assertEquals(1, value(text, "vhost_dp_ring_running" + tx));
      double bursts = value(text, "vhost_dp_bursts_total" + tx);
      assertTrue(bursts > 0 && bursts == value(text, "vhost_dp_burst_frames_count" + tx), text);
      assertEquals(FRAMES, value(text, "vhost_dp_burst_frames_sum" + tx));
      assertTrue(text.contains("vhost_dp_burst_frames_bucket{direction=\"tx\",driver=\"\""), text);
      String reason = tx.replace("}", ",reason=\"malformed\"}");
      assertEquals(0, value(text, "vhost_dp_dropped_frames_total" + reason));
      assertTrue(text.contains("kind=\"checksum\""), text);
      String driver = "{direction=\"tx\",driver=\"\",port=\"vd0\"}";
      assertEquals(FRAMES, value(text, "vhost_dp_driver_frames_total" + driver));
      assertEquals(1, value(text, "vhost_dp_port_attached{driver=\"\",port=\"vd0\"}"));
      assertTrue(value(text, "vhost_dp_io_thread_busy_turns_total{thread=\"io-0\"}") > 0);
      assertTrue(value(text, "jvm_memory_used_bytes{area=\"heap\"}") > 0);
      assertTrue(text.contains("vhost_dp_build_info{java=\"") && text.contains("\"1.2.3\""));
      assertEquals(FRAMES, value(text(), "vhost_dp_frames_total" + tx), "not counted twice");
    }
  }

  @Test
  void aPortWithoutAGuestHasNumbersToo() throws Exception {
    String text = text();
    assertEquals(0, value(text, "vhost_dp_port_attached{driver=\"\",port=\"vd0\"}"));
    assertEquals(1, value(text, "vhost_dp_port_up{driver=\"\",port=\"vd0\"}"));
    assertFalse(text.contains("vhost_dp_frames_total{"), "no ring is set up yet");
  }

  @Test
  void openMetricsAreServedToWhoAsksForThem() throws Exception {
    String text = get("application/openmetrics-text; version=1.0.0");
    assertTrue(text.endsWith("# EOF\n"), text);
  }

  @Test
  void requestsThatMakeNoSenseAreAnsweredAndTheNextOneIsServed() throws Exception {
    URI uri = URI.create(served.url());
    for (String bad : List.of("nonsense\r\n\r\n", "GET\r\n\r\n")) {
      try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
        socket.setSoTimeout(30_000);
        socket.getOutputStream().write(bad.getBytes(StandardCharsets.US_ASCII));
        byte[] answer = socket.getInputStream().readNBytes(12);
        assertTrue(new String(answer, StandardCharsets.US_ASCII).startsWith("HTTP/1.1 4"), bad);
      }
    }
    assertTrue(text().contains("vhost_dp_port_up"));
  }

  @Test
  void aPortInUseIsRefused() {
    int taken = URI.create(served.url()).getPort();
    assertThrows(BindException.class, () -> serve(taken).close());
  }

  @Test
  void whatWasServedEndsWithIt() throws Exception {
    served.close();
    served.close();
    assertThrows(IOException.class, () -> get("text/plain"));
  }

  private record Silent() implements Host {
    @Override
    public Version spiVersion() {
      return SpiVersion.CURRENT;
    }

    @Override
    public void log(System.Logger.Level level, String message) {
      // Nobody reads it.
    }
  }
}

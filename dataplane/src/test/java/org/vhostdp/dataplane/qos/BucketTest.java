package org.vhostdp.dataplane.qos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BucketTest {
  private final Clock clock = new Clock(1_234_567_890_123L);

  private Bucket of(long bitsPerSecond) {
    return Bucket.bytes(bitsPerSecond, new Limit(bitsPerSecond, 0, 0).burst(), clock);
  }

  /** Sends frames as fast as they may, for so long; returns bytes. */
  private long flood(Bucket bucket, int frame, long nanos, long step) {
    long end = clock.now + nanos;
    long bytes = 0;
    while (clock.now < end) {
      long tokens = bucket.tokens();
      if (tokens < 0) {
        clock.now += Math.max(step, bucket.nanosToWait());
        continue;
      }
      long frames = 1 + tokens / frame;
      bucket.charge(frames * frame);
      bytes += frames * frame;
    }
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({
    "1000, 1514",
    "64000, 64",
    "1000000, 1514",
    "1000000, 60",
    "100000000, 1514",
    "100000000, 65550",
    "999999937, 777",
    "1000000000, 1514",
    "1000000000, 64",
    "100000000000, 9000",
    "1000000000000, 65550",
  })
  void theRateHolds(long bits, int frame) {
    Bucket bucket = of(bits);
    flood(bucket, frame, Clock.SECOND, 1000);
    // Long enough for a thousand frames, so that one frame is nothing.
    long nanos = (long) Math.max(1e9, 1000.0 * frame * 8e9 / bits);
    nanos = Math.min(nanos, (long) (200_000.0 * frame * 8e9 / bits));
    long bytes = flood(bucket, frame, nanos, 1000);
    double expected = bits / 8.0 * nanos / 1e9;
    assertEquals(1.0, bytes / expected, 0.005, bits + " bit/s");
  }

  @Test
  void fromRestASecondIsWithinThreePercent() {
    for (long bits : new long[] {1_000_000, 100_000_000, 1_000_000_000}) {
      long bytes = flood(of(bits), 1514, Clock.SECOND, 1000);
      assertEquals(1.0, bytes * 8.0 / bits, 0.03, bits + " bit/s");
    }
  }

  @Test
  void packetsAreCountedLikeBytes() {
    Bucket bucket = Bucket.packets(12_345, 123, clock);
    assertTrue(bucket.ofPackets());
    flood(bucket, 1, Clock.SECOND, 1000);
    assertEquals(12_345, flood(bucket, 1, Clock.SECOND, 1000), 10);
  }

  @Test
  void savesUpABurstAndNoMore() {
    Bucket bucket = Bucket.bytes(8_000_000, 10_000, clock);
    assertEquals(10_000, bucket.tokens());
    bucket.charge(10_000);
    assertEquals(0, bucket.tokens());
    clock.now += 5_000_000;
    assertEquals(5000, bucket.tokens(), 1);
    clock.now += 3600 * Clock.SECOND;
    assertEquals(10_000, bucket.tokens());
    bucket.charge(9000);
    assertEquals(1000, bucket.tokens(), 1);
  }

  @Test
  void aDebtIsPaidBeforeAnythingPasses() {
    Bucket bucket = Bucket.bytes(8_000_000, 2000, clock);
    bucket.charge(66_000);
    assertEquals(-1, bucket.tokens());
    assertEquals(64_000_000, bucket.nanosToWait(), 10);
    clock.now += 63_999_000;
    assertEquals(-1, bucket.tokens());
    clock.now += 1001;
    assertTrue(bucket.tokens() >= 0);
    assertEquals(0, bucket.nanosToWait());
  }

  @Test
  void whatIsGivenBackCanBeTakenAgain() {
    Bucket bucket = Bucket.bytes(8_000_000, 10_000, clock);
    bucket.charge(7000);
    bucket.charge(-7000);
    assertEquals(10_000, bucket.tokens());
    bucket.charge(-7000);
    assertEquals(10_000, bucket.tokens());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MAX_VALUE - 5, Long.MIN_VALUE + 5, Long.MAX_VALUE >> 11})
  void anyClockWillDo(long start) {
    clock.now = start;
    Bucket bucket = of(1_000_000);
    assertEquals(1522, bucket.tokens());
    for (int i = 0; i < 1000; i++) {
      if (bucket.tokens() >= 0) {
        bucket.charge(1500);
      }
      clock.now += 12_000_000;
    }
    assertTrue(bucket.nanosToWait() < 24_000_000);
    clock.now += 100L * 86_400 * Clock.SECOND;
    assertTrue(bucket.tokens() >= 0, "idle for a hundred days is no debt");
  }

  @Test
  void extremesDoNotOverflow() {
    Bucket slow = Bucket.bytes(1000, 1L << 32, clock);
    slow.charge(1L << 40);
    assertTrue(slow.tokens() >= 0, "the burst is larger than what is ever charged at once");
    Bucket one = Bucket.packets(1, 2, clock);
    one.charge(3);
    assertEquals(Clock.SECOND, one.nanosToWait(), 10);
    Bucket fast = Bucket.bytes(1_000_000_000_000L, 1522, clock);
    fast.charge(1L << 26);
    assertTrue(fast.nanosToWait() > 0);
    clock.now += Clock.SECOND;
    assertEquals(1522, fast.tokens());
  }

  @Test
  void threadsThatShareOneGetItsRateTogether() throws Exception {
    List<Double> shares = new ArrayList<>();
    // A machine that is busy with other things may take the threads' cores away.
    do {
      shares.add(shareOfTheRate());
    } while (shares.getLast() <= 0.5 && shares.size() < 20);
    assertTrue(shares.getLast() > 0.5, "of the rate: " + shares);
  }

  /** What two threads get together as a part of the rate, which they never exceed. */
  private static double shareOfTheRate() throws Exception {
    long bits = 400_000_000;
    Bucket bucket = Bucket.bytes(bits, 100_000, System::nanoTime);
    int threads = 2;
    long nanos = 300_000_000;
    AtomicLong bytes = new AtomicLong();
    CountDownLatch done = new CountDownLatch(threads);
    long begin = System.nanoTime();
    for (int t = 0; t < threads; t++) {
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                long sum = 0;
                while (System.nanoTime() - begin < nanos) {
                  if (bucket.tokens() >= 0) {
                    bucket.charge(1514);
                    sum += 1514;
                  }
                }
                bytes.addAndGet(sum);
                done.countDown();
              });
    }
    done.await();
    long took = System.nanoTime() - begin;
    double most = bits / 8.0 * took / 1e9 + 100_000 + threads * 1514;
    assertTrue(bytes.get() <= most, bytes + " bytes, at most " + most);
    return bytes.get() / (bits / 8.0 * nanos / 1e9);
  }
}

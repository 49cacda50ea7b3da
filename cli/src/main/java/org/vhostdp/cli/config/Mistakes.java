package org.vhostdp.cli.config;

import java.util.ArrayList;
import java.util.List;

/** Sentences about what is wrong, in the order found. */
final class Mistakes {
  private final List<String> sentences = new ArrayList<>();

  void add(String where, String sentence) {
    sentences.add(where.isEmpty() ? sentence : where + ": " + sentence);
  }

  boolean none() {
    return sentences.isEmpty();
  }

  List<String> sentences() {
    return List.copyOf(sentences);
  }
}

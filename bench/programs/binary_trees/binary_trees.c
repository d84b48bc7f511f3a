// Builds and walks perfect binary trees, many short-lived and one long-lived: allocation and
// release of small objects. Size: depth of the deepest trees.
#include <stdio.h>
#include <stdlib.h>

#define MIN_DEPTH 4

typedef struct Tree {
  struct Tree* left;
  struct Tree* right;
} Tree;

static Tree* build(int depth) {
  Tree* tree = malloc(sizeof(Tree));
  if (depth == 0) {
    tree->left = tree->right = NULL;
  } else {
    tree->left = build(depth - 1);
    tree->right = build(depth - 1);
  }
  return tree;
}

static int count(const Tree* tree) {
  if (!tree->left) return 1;
  return 1 + count(tree->left) + count(tree->right);
}

static void destroy(Tree* tree) {
  if (tree->left) {
    destroy(tree->left);
    destroy(tree->right);
  }
  free(tree);
}

static int countTemporary(int depth) {
  Tree* tree = build(depth);
  int nodes = count(tree);
  destroy(tree);
  return nodes;
}

int main(int argc, char** argv) {
  int maxDepth = argc > 1 ? atoi(argv[1]) : 15;
  long total = countTemporary(maxDepth + 1);
  Tree* longLived = build(maxDepth);
  long iterations = 1L << maxDepth;
  for (int depth = MIN_DEPTH; depth <= maxDepth; depth += 2) {
    for (long i = 0; i < iterations; i++) total += countTemporary(depth);
    iterations /= 4;
  }
  printf("binary_trees %d: %ld %d\n", maxDepth, total, count(longLived));
  destroy(longLived);
  return 0;
}

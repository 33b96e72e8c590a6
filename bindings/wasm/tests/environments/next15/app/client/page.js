'use client';

import { Client } from 'poolpass';
import { useEffect, useState } from 'react';

import config from '../../config.js';
import { told } from '../../story.js';

export default function Page() {
  const [text, setText] = useState('');
  useEffect(() => void told(Client, config).then(setText), []);
  return <output>{text}</output>;
}
